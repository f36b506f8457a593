/*
 * serve/process/filter.c - the seccomp filter of a worker: the system calls that it needs after its
 * start are allowed. A call that leads out of the worker ends it; any other one fails with EPERM.
 *
 * EPERM is for what a library may try one day that was not foreseen: the service goes on, and the
 * library usually does without. An intruder is better ended, and the master reports it.
 */
#include "serve/process/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

static const int allowed[] = {
#define X(name, who) SCMP_SYS(name),
#include "serve/process/calls.h"
#undef X
};

static const int forbidden[] = {
#define X(name, where) SCMP_SYS(name),
#include "serve/process/forbidden.h"
#undef X
};

static int
add_all(scmp_filter_ctx ctx, uint32_t action, const int *calls, size_t n)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < n; i++)
		e = seccomp_rule_add(ctx, action, calls[i], 0);
	return e;
}

/* Memory is never both written and run: code cannot be brought in. */
static int
allow_memory(scmp_filter_ctx ctx)
{
	static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};
	int e = 0;

	for (size_t i = 0; e == 0 && i < sizeof calls / sizeof *calls; i++)
		e = seccomp_rule_add(
		    ctx, SCMP_ACT_ALLOW, calls[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return e;
}

/*
 * A new thread (host/jobs) is no new process. The arguments of clone3(2) are in memory, where a
 * filter does not look: the C library then uses clone(2).
 */
static int
allow_threads(scmp_filter_ctx ctx)
{
	int e = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

	if (e == 0)
		e = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (e == 0)
		e = seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	return e;
}

/*
 * openat(2) from a folder that is open: serve/change makes its files there, and serve/log opens its
 * file again. From the current folder nothing is opened. An absolute path is for Landlock to refuse
 * (fence.c).
 */
static int
allow_open(scmp_filter_ctx ctx)
{
	return seccomp_rule_add(
	    ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, SCMP_A0_32(SCMP_CMP_NE, (uint32_t)AT_FDCWD));
}

/* abort(3) and raise(3); signals for others are not allowed. */
static int
allow_abort(scmp_filter_ctx ctx)
{
	return seccomp_rule_add(
	    ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
}

/* Flags of open descriptors. F_SETOWN, which sends signals, is not among these. */
static int
allow_fcntl(scmp_filter_ctx ctx)
{
	static const int commands[] = {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC};
	int e = 0;

	for (size_t i = 0; e == 0 && i < sizeof commands / sizeof *commands; i++)
		e = seccomp_rule_add(
		    ctx, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)commands[i]));
	return e;
}

static int
build(scmp_filter_ctx ctx)
{
	int e = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);

	if (e == 0)
		e = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (e == 0)
		e = add_all(ctx, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof *allowed);
	if (e == 0)
		e = add_all(ctx, SCMP_ACT_KILL_PROCESS, forbidden, sizeof forbidden / sizeof *forbidden);
	if (e == 0)
		e = allow_memory(ctx);
	if (e == 0)
		e = allow_threads(ctx);
	if (e == 0)
		e = allow_open(ctx);
	if (e == 0)
		e = allow_abort(ctx);
	if (e == 0)
		e = allow_fcntl(ctx);
	return e;
}

int
filter_set(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int e;

	if (!ctx)
		return -ENOMEM;
	e = build(ctx);
	if (e == 0)
		e = seccomp_load(ctx);
	seccomp_release(ctx);
	return e;
}
