/*
 * The rule for setns(2), by induction: every process of the tree is in the worker's namespaces or
 * in some that were made inside. A thread may enter what another process of the tree is in, or what
 * belongs to a user namespace in which one is; so the rule holds after it, too.
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

/* Returns the number of a process's namespace of @kind ("net", "user"); 0 if we may not look. */
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
 * A look costs 5 us, so what it shows is kept. A thread's namespace changes by its own unshare(2)
 * and setns(2) only.
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

/* The caller is about to change its namespaces. */
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

/* Returns true if some process of the tree is in it. */
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

/* Judges the descriptor @fd of a network namespace. */
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
 * Returns the process that a pidfd names: 0 if it is in no PID namespace that we see, -1 if it has
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

/* By a descriptor of the namespace itself. */
static bool
may_enter(struct calls *calls, int fd, int kind)
{
	if (kind == CLONE_NEWNET)
		return inode_of(fd) == our_net(calls) || net_made_inside(calls, fd);
	if (kind == CLONE_NEWUSER)
		return inhabited("user", inode_of(fd));
	return true;
}

/* By a process that is in them. */
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
	bool may = c->fd < 0   ? false /* it cannot be looked at (kernel.getfd) */
		   : kind >= 0 ? may_enter(c->calls, c->fd, kind)
			       : may_join(c->calls, process_of_pidfd(c->fd), (int)c->arg[1]);

	look_again(c);
	if (may)
		return CALL_CONTINUE; /* what is wrong with it otherwise, the kernel says */
	report(c);
	return -EPERM;
}
