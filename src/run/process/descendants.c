/*
 * run/process/descendants.c - lists the live processes below the calling process, from /proc. It
 * sends no signals.
 */
#include "run/process/descendants.h"

#include "run/process/procfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* As many as a helper can name; the memory is taken page by page, as it is filled. */
enum { SHARED_MOST = 1 << 16 };

struct list_of {
	struct descendant *at;
	size_t n, room;
};

/*
 * Parses proc_pid_stat(5): PID (NAME) STATE PARENT GROUP, and the number of threads 15 fields on.
 * The name may hold anything, so it ends at the last bracket. Returns false for a process that has
 * ended. A zombie with threads has lost its first thread only.
 */
static bool
read_stat(pid_t pid, struct descendant *d)
{
	char path[32], text[512], state;
	int threads;
	char *open, *close;
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close ||
	    sscanf(close + 1, " %c %d %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d", &state,
		&d->parent, &d->group, &threads) != 4)
		return false;
	*close = '\0';
	d->pid = pid;
	d->below = false;
	snprintf(d->name, sizeof d->name, "%s", open + 1);
	for (char *at = d->name; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?'; /* it goes to a terminal */
	return (state != 'Z' && state != 'X') || threads > 1;
}

static bool
add(struct list_of *l, const struct descendant *d)
{
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 64;
		struct descendant *at = reallocarray(l->at, room, sizeof *at);

		if (!at)
			return false;
		l->at = at;
		l->room = room;
	}
	l->at[l->n++] = *d;
	return true;
}

static bool
read_all(struct list_of *l)
{
	DIR *dir = opendir("/proc");
	struct descendant d;
	struct dirent *e;
	bool whole = dir != NULL;

	while (dir && (e = readdir(dir))) {
		pid_t pid = isdigit((unsigned char)e->d_name[0]) ? atoi(e->d_name) : 0;

		if (pid > 0 && read_stat(pid, &d) && !add(l, &d)) {
			whole = false;
			break;
		}
	}
	if (dir)
		closedir(dir);
	return whole;
}

/* What a helper has found, for the process that needs it. */
struct shared {
	size_t n;
	struct descendant at[SHARED_MOST];
};

/* Runs in the helper, which leaves itself out. */
static bool
fill_shared(void *arg)
{
	struct list_of l = {NULL, 0, 0};
	struct shared *to = arg;
	bool whole = read_all(&l);

	for (size_t i = 0; i < l.n && to->n < SHARED_MOST; i++)
		if (l.at[i].pid != getpid())
			to->at[to->n++] = l.at[i];
	return whole;
}

/* With our table full: a helper with one of its own looks. */
static bool
read_by_helper(struct list_of *l)
{
	struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool whole;

	if (s == MAP_FAILED)
		return false;
	whole = procfs_by_helper(fill_shared, s);
	for (size_t i = 0; whole && i < s->n; i++)
		whole = add(l, &s->at[i]);
	munmap(s, sizeof *s);
	return whole;
}

static int
by_pid(const void *a, const void *b)
{
	const struct descendant *d = a, *e = b;

	return (d->pid > e->pid) - (d->pid < e->pid);
}

static bool
is_below(const struct list_of *l, pid_t parent)
{
	const struct descendant key = {.pid = parent}, *found;

	if (parent == getpid())
		return true;
	found = bsearch(&key, l->at, l->n, sizeof key, by_pid);
	return found && found->below;
}

/* A parent may stand after its child, so it takes as many rounds as the tree is deep. */
static void
mark(struct list_of *l)
{
	if (l->n)
		qsort(l->at, l->n, sizeof *l->at, by_pid);
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < l->n; i++)
			if (!l->at[i].below && is_below(l, l->at[i].parent))
				l->at[i].below = more = true;
	}
}

/* Adds the numbers in @f, /proc/PID/task/TID/children. */
static bool
add_numbers(struct list_of *l, FILE *f)
{
	struct descendant d;
	int pid;

	while (fscanf(f, "%d", &pid) == 1)
		if (read_stat(pid, &d)) {
			d.below = true;
			if (!add(l, &d))
				return false;
		}
	return true;
}

/*
 * Adds the children of all threads of @pid, for a child belongs to the thread that made it. Returns
 * false without a descriptor or memory; a process that has ended has no children.
 */
static bool
add_children(struct list_of *l, pid_t pid)
{
	char path[64];
	struct dirent *e;
	bool whole = true;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT;
	while (whole && (e = readdir(dir))) {
		FILE *f;

		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", pid, e->d_name);
		f = fopen(path, "re");
		if (!f) {
			whole = errno == ENOENT;
			continue;
		}
		whole = add_numbers(l, f);
		fclose(f);
	}
	closedir(dir);
	return whole;
}

/* Walks down the tree. It takes as long as the tree is large, whatever else runs on the machine. */
static bool
walk(struct list_of *l)
{
	bool whole = add_children(l, getpid());

	for (size_t i = 0; whole && i < l->n; i++)
		whole = add_children(l, l->at[i].pid);
	return whole;
}

/* For a kernel without CONFIG_PROC_CHILDREN, and for when our table of descriptors is full. */
static bool
search(struct list_of *l)
{
	bool whole = procfs_can_walk() ? read_all(l) : read_by_helper(l);

	mark(l);
	return whole;
}

ssize_t
descendants_list(struct descendant **out)
{
	struct list_of l = {NULL, 0, 0};
	bool lists = procfs_can_walk() && access("/proc/thread-self/children", R_OK) == 0;
	bool whole = lists ? walk(&l) : search(&l);
	ssize_t n = 0;

	*out = NULL;
	if (!whole) {
		free(l.at);
		return -1;
	}
	for (size_t i = 0; i < l.n; i++)
		if (l.at[i].below)
			l.at[n++] = l.at[i];
	if (n)
		qsort(l.at, (size_t)n, sizeof *l.at, by_pid);
	*out = l.at;
	return n;
}
