/*
 * run/process/descendants.c - finds the live descendants of the calling process in /proc. It sends
 * no signals.
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

/*
 * How many processes a helper can report. The kernel allocates the memory page by page, as the
 * helper fills it.
 */
enum { HELPER_MAX = 1 << 16 };

struct descendant_list {
	struct descendant *at;
	size_t n, capacity;
};

/*
 * Reads /proc/PID/stat (proc_pid_stat(5)): PID (NAME) STATE PARENT GROUP; field 20 is the number of
 * threads. The name may hold any character, so the last ")" ends it. Returns false if the process
 * has ended. A zombie that has other threads has lost only its first thread and has not ended.
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
			*at = '?'; /* the name is printed on a terminal */
	return (state != 'Z' && state != 'X') || threads > 1;
}

static bool
add(struct descendant_list *l, const struct descendant *d)
{
	if (l->n == l->capacity) {
		size_t capacity = l->capacity ? 2 * l->capacity : 64;
		struct descendant *at = reallocarray(l->at, capacity, sizeof *at);

		if (!at)
			return false;
		l->at = at;
		l->capacity = capacity;
	}
	l->at[l->n++] = *d;
	return true;
}

static bool
read_all(struct descendant_list *l)
{
	DIR *dir = opendir("/proc");
	struct descendant d;
	struct dirent *e;
	bool complete = dir != NULL;

	while (dir && (e = readdir(dir))) {
		pid_t pid = isdigit((unsigned char)e->d_name[0]) ? atoi(e->d_name) : 0;

		if (pid > 0 && read_stat(pid, &d) && !add(l, &d)) {
			complete = false;
			break;
		}
	}
	if (dir)
		closedir(dir);
	return complete;
}

/* What the helper process found, in memory that it shares with its parent. */
struct helper_result {
	size_t n;
	struct descendant at[HELPER_MAX];
};

/* Runs in the helper process. Leaves the helper itself out of the result. */
static bool
fill_result(void *arg)
{
	struct descendant_list l = {NULL, 0, 0};
	struct helper_result *to = arg;
	bool complete = read_all(&l);

	for (size_t i = 0; i < l.n && to->n < HELPER_MAX; i++)
		if (l.at[i].pid != getpid())
			to->at[to->n++] = l.at[i];
	return complete;
}

/* Reads /proc in a helper process with an empty descriptor table, for when our table is full. */
static bool
read_by_helper(struct descendant_list *l)
{
	struct helper_result *s =
	    mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool complete;

	if (s == MAP_FAILED)
		return false;
	complete = procfs_by_helper(fill_result, s);
	for (size_t i = 0; complete && i < s->n; i++)
		complete = add(l, &s->at[i]);
	munmap(s, sizeof *s);
	return complete;
}

static int
by_pid(const void *a, const void *b)
{
	const struct descendant *d = a, *e = b;

	return (d->pid > e->pid) - (d->pid < e->pid);
}

static bool
is_below(const struct descendant_list *l, pid_t parent)
{
	const struct descendant key = {.pid = parent}, *found;

	if (parent == getpid())
		return true;
	found = bsearch(&key, l->at, l->n, sizeof key, by_pid);
	return found && found->below;
}

/*
 * Sets `below` for each descendant. A parent may come after its child in the list, so the number of
 * passes is the depth of the tree.
 */
static void
mark_descendants(struct descendant_list *l)
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

/* Adds the processes that @f, /proc/PID/task/TID/children, lists. */
static bool
add_numbers(struct descendant_list *l, FILE *f)
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
 * Adds the children of all threads of @pid: the kernel lists a child with the thread that created
 * it. Returns false if there is no descriptor or no memory. A process that has ended has no
 * children.
 */
static bool
add_children(struct descendant_list *l, pid_t pid)
{
	char path[64];
	struct dirent *e;
	bool complete = true;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT;
	while (complete && (e = readdir(dir))) {
		FILE *f;

		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", pid, e->d_name);
		f = fopen(path, "re");
		if (!f) {
			complete = errno == ENOENT;
			continue;
		}
		complete = add_numbers(l, f);
		fclose(f);
	}
	closedir(dir);
	return complete;
}

/*
 * Walks down the tree from this process. The time depends on the size of the tree, not on the
 * number of processes on the machine.
 */
static bool
walk_tree(struct descendant_list *l)
{
	bool complete = add_children(l, getpid());

	for (size_t i = 0; complete && i < l->n; i++)
		complete = add_children(l, l->at[i].pid);
	return complete;
}

/*
 * Looks at every process of the machine, for a kernel without CONFIG_PROC_CHILDREN and for when our
 * descriptor table is full.
 */
static bool
search_all(struct descendant_list *l)
{
	bool complete = procfs_can_walk() ? read_all(l) : read_by_helper(l);

	mark_descendants(l);
	return complete;
}

ssize_t
descendants_list(struct descendant **out)
{
	struct descendant_list l = {NULL, 0, 0};
	bool has_lists = procfs_can_walk() && access("/proc/thread-self/children", R_OK) == 0;
	bool complete = has_lists ? walk_tree(&l) : search_all(&l);
	ssize_t n = 0;

	*out = NULL;
	if (!complete) {
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
