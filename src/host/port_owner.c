/*
 * host/port_owner.c - finds the inode of a listener in /proc/net/tcp, and then the process that has
 * this socket open in /proc/PID/fd (proc(5)). It sees only this network namespace.
 */
#include "host/port_owner.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATE_LISTEN = 0x0a, LINK_MOST = 64, PROC_PATH = 320 };

/* Returns the inode of the socket that @table lists as a listener at @port; 0 if there is none. */
static unsigned long
inode_in(const char *table, uint16_t port)
{
	FILE *f = fopen(table, "re");
	char line[512];
	unsigned long inode = 0, found;
	unsigned local, state;

	while (f && inode == 0 && fgets(line, sizeof line, f)) {
		if (sscanf(line,
			" %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*x:%*x %*x:%*x %*x %*u %*u %lu", &local,
			&state, &found) == 3 &&
		    local == port && state == STATE_LISTEN)
			inode = found;
	}
	if (f)
		fclose(f);
	return inode;
}

/* Returns true if a descriptor in the folder @fds is the socket that @link names. */
static bool
has_socket(const char *fds, const char *link)
{
	DIR *d = opendir(fds);
	const struct dirent *e;
	char target[LINK_MOST];
	bool found = false;

	while (d && !found && (e = readdir(d))) {
		ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof target - 1);

		if (n > 0) {
			target[n] = '\0';
			found = strcmp(target, link) == 0;
		}
	}
	if (d)
		closedir(d);
	return found;
}

static void
read_name(const char *pid, struct port_owner *o)
{
	char path[PROC_PATH];
	FILE *f;

	snprintf(path, sizeof path, "/proc/%s/comm", pid);
	f = fopen(path, "re");
	if (f && fgets(o->name, sizeof o->name, f))
		o->name[strcspn(o->name, "\n")] = '\0';
	if (f)
		fclose(f);
	o->pid = atoi(pid);
}

static int
parent_of(int pid)
{
	char path[PROC_PATH], line[512];
	const char *end;
	int parent = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "re");
	end = f && fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL; /* of the name */
	if (end)
		sscanf(end, ") %*c %d", &parent);
	if (f)
		fclose(f);
	return parent;
}

/* The worker of a server is not the one to end: its parent, which has the socket, too, is. */
static void
prefer_parent(const char *link, struct port_owner *o)
{
	char pid[16], path[PROC_PATH];
	int parent;

	while ((parent = parent_of(o->pid)) > 0) {
		snprintf(pid, sizeof pid, "%d", parent);
		snprintf(path, sizeof path, "/proc/%s/fd", pid);
		if (!has_socket(path, link))
			return;
		read_name(pid, o);
	}
}

static void
find_process(const char *link, struct port_owner *o)
{
	DIR *d = opendir("/proc");
	const struct dirent *e;
	char path[PROC_PATH];

	while (d && o->pid == 0 && (e = readdir(d))) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(path, sizeof path, "/proc/%s/fd", e->d_name);
		if (has_socket(path, link))
			read_name(e->d_name, o);
	}
	if (d)
		closedir(d);
}

bool
port_owner_find(uint16_t port, struct port_owner *o)
{
	unsigned long inode = inode_in("/proc/net/tcp", port);
	char link[LINK_MOST];

	if (inode == 0)
		inode = inode_in("/proc/net/tcp6", port);
	if (inode == 0)
		return false;
	*o = (struct port_owner){.pid = 0};
	snprintf(link, sizeof link, "socket:[%lu]", inode);
	find_process(link, o);
	if (o->pid)
		prefer_parent(link, o);
	return true;
}
