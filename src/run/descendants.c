#include "run/descendants.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct list_of {
	struct descendant *at;
	size_t n, room;
};

/*
 * proc_pid_stat(5): PID (NAME) STATE PARENT GROUP, and the number of threads 15 fields on. The name may hold anything, so it ends at
 * the last bracket. False for a process that has ended. One whose first thread alone has ended is a zombie with threads.
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

	while (dir && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]) && read_stat(atoi(e->d_name), &d) && !add(l, &d)) {
			whole = false;
			break;
		}
	if (dir)
		closedir(dir);
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

ssize_t
descendants_list(struct descendant **out)
{
	struct list_of l = {NULL, 0, 0};
	ssize_t n = 0;

	if (!read_all(&l)) {
		free(l.at);
		*out = NULL;
		return -1;
	}
	mark(&l);
	for (size_t i = 0; i < l.n; i++)
		if (l.at[i].below)
			l.at[n++] = l.at[i];
	*out = l.at;
	return n;
}
