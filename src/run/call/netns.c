/*
 * run/call/netns.c - decides which namespaces a thread may enter. It follows one rule: every
 * process of the tree is in the worker's namespaces or in some that were made inside. A thread may
 * enter a namespace in which another process of the tree is, or which belongs to a user namespace
 * in which one is. So the rule holds after that too.
 */
#include "run/call/netns.h"

#include "run/process/descendants.h"

#include <errno.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/* Returns the number of a thread's namespace of @kind ("net", "user"); 0 if it cannot be read. */
static ino_t
namespace_of(pid_t tid, const char *kind)
{
	char path[48];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%d/ns/%s", tid, kind);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static ino_t
our_net(struct calls *calls)
{
	if (!calls->net)
		calls->net = namespace_of(getpid(), "net");
	return calls->net;
}

/*
 * What is known of a caller's network namespace. Reading it costs 5 us, so it is kept. Only the
 * thread's own unshare(2) and setns(2) change it.
 */
enum { NOT_LOOKED, OURS, OWN };

bool
netns_own(struct call *c)
{
	int *kept = caller_net(&c->caller);
	ino_t net;

	if (kept && *kept != NOT_LOOKED)
		return *kept == OWN;
	net = namespace_of(c->caller.tid, "net");
	if (kept && net)
		*kept = net == our_net(c->calls) ? OURS : OWN;
	return net && net != our_net(c->calls);
}

/* Forgets the caller's network namespace, which is about to change. */
static void
look_again(struct call *c)
{
	int *kept = caller_net(&c->caller);

	if (kept)
		*kept = NOT_LOOKED;
}

long
call_unshare(struct call *c)
{
	look_again(c);
	return CALL_CONTINUE;
}

static ino_t
inode_of(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? st.st_ino : 0;
}

/* Returns true if a process of the tree is in namespace @number of @kind. */
static bool
inhabited(const char *kind, ino_t number)
{
	struct descendant *all;
	ssize_t n = descendants_list(&all);
	bool found = false;

	for (ssize_t i = 0; number && !found && i < n; i++)
		found = namespace_of(all[i].pid, kind) == number;
	free(all);
	return found;
}

/* Returns true if @fd is a network namespace that was made inside. */
static bool
net_made_inside(struct calls *calls, int fd)
{
	int owner = ioctl(fd, NS_GET_USERNS);
	ino_t user = inode_of(owner);
	bool inside = inode_of(fd) != our_net(calls) &&
		      (inhabited("net", inode_of(fd)) ||
			  (user && user != namespace_of(getpid(), "user") && inhabited("user", user)));

	if (owner >= 0)
		close(owner);
	return inside;
}

bool
netns_made_inside(struct calls *calls, int fd)
{
	int ns = ioctl(fd, SIOCGSKNS);
	bool inside = ns >= 0 && net_made_inside(calls, ns);

	if (ns >= 0)
		close(ns);
	return inside;
}

/*
 * Returns the process of a pidfd; 0 if it is in a PID namespace that we do not see; -1 if it has
 * ended, or if @fd is no pidfd.
 */
static pid_t
process_of_pidfd(int fd)
{
	char path[48], line[128];
	int pid = -1;
	FILE *f;

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "Pid: %d", &pid) == 1)
			break;
	if (f)
		fclose(f);
	return pid;
}

/* Returns true if a thread may enter the namespace @fd of @kind. */
static bool
may_enter(struct calls *calls, int fd, int kind)
{
	if (kind == CLONE_NEWNET)
		return inode_of(fd) == our_net(calls) || net_made_inside(calls, fd);
	if (kind == CLONE_NEWUSER)
		return inhabited("user", inode_of(fd));
	return true;
}

/* Returns true if a thread may enter the namespaces of @kinds of process @pid. */
static bool
may_join(struct calls *calls, pid_t pid, int kinds)
{
	ino_t net;

	if (pid <= 0)
		return pid < 0;
	net = namespace_of(pid, "net");
	if ((kinds & CLONE_NEWNET) && net != our_net(calls) && !inhabited("net", net))
		return false;
	return !(kinds & CLONE_NEWUSER) || inhabited("user", namespace_of(pid, "user"));
}

static void
report(struct call *c)
{
	char comm[CALLER_COMM];
	pid_t pid = caller_name(&c->caller, comm);

	if (c->recs->config->quiet || c->calls->reported_host_netns)
		return;
	c->calls->reported_host_netns = true;
	fprintf(stderr,
	    "leat: %s[%d] may not enter a network or user namespace that was made outside: EPERM\n", comm,
	    pid);
}

long
call_setns(struct call *c)
{
	int kind = ioctl(c->fd, NS_GET_NSTYPE);
	bool may = c->fd < 0   ? false /* no duplicate can be taken (kernel.getfd) */
		   : kind >= 0 ? may_enter(c->calls, c->fd, kind)
			       : may_join(c->calls, process_of_pidfd(c->fd), (int)c->arg[1]);

	look_again(c);
	if (may)
		return CALL_CONTINUE; /* the kernel reports other errors */
	report(c);
	return -EPERM;
}
