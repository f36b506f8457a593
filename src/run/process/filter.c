/*
 * run/process/filter.c - builds and loads the seccomp filter that selects which system calls of the
 * program go to the worker. It does not answer them.
 */
#include "run/process/filter.h"

#include "leat.h"
#include "run/process/kernel.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* Go to the worker with any arguments. */
static const int always[] = {
    SCMP_SYS(socket),
    SCMP_SYS(bind),
    SCMP_SYS(connect),
    SCMP_SYS(listen),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockopt),
    SCMP_SYS(shutdown),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(setns),          /* a network namespace of the host would lead past Leat */
    SCMP_SYS(io_uring_setup), /* a ring would make socket calls that no filter sees */
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
};

/*
 * Go to the worker only if this argument, an address, is not NULL. Without an address the proxy
 * socket already does what the program means.
 */
static const struct {
	int call;
	unsigned arg;
} with_address[] = {
    {SCMP_SYS(accept), 1},
    {SCMP_SYS(accept4), 1},
    {SCMP_SYS(sendto), 4},
    {SCMP_SYS(recvfrom), 4},
};

static bool
is_accept(int call)
{
	return call == SCMP_SYS(accept) || call == SCMP_SYS(accept4);
}

static int
notify_calls(scmp_filter_ctx ctx, bool every_accept)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof always / sizeof always[0]; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, always[i], 0);
	for (size_t i = 0; !rc && i < sizeof with_address / sizeof with_address[0]; i++)
		rc = every_accept && is_accept(with_address[i].call)
			 ? seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, with_address[i].call, 0)
			 : seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, with_address[i].call, 1,
			       SCMP_CMP64(with_address[i].arg, SCMP_CMP_NE, 0));
	return rc;
}

/*
 * Go to the worker without an address, too, if this flag is set. AF_UNIX lacks MSG_MORE, the
 * completions of MSG_ZEROCOPY and the error queue, and does not discard the octets of a stream for
 * MSG_TRUNC. Urgent data is sent by the stack, but received by the proxy socket.
 */
static const struct {
	int call;
	unsigned flag;
} with_flag[] = {
    {SCMP_SYS(sendto), MSG_OOB},
    {SCMP_SYS(sendto), MSG_MORE},
    {SCMP_SYS(sendto), MSG_ZEROCOPY},
    {SCMP_SYS(recvfrom), MSG_ERRQUEUE},
    {SCMP_SYS(recvfrom), MSG_TRUNC},
};

/* Requires the address to be 0, so that these rules and those of notify_calls() do not overlap. */
static int
notify_flags(scmp_filter_ctx ctx)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof with_flag / sizeof with_flag[0]; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, with_flag[i].call, 2,
		    SCMP_CMP64(4, SCMP_CMP_EQ, 0),
		    SCMP_CMP64(3, SCMP_CMP_MASKED_EQ, with_flag[i].flag, with_flag[i].flag));
	return rc;
}

/*
 * Sends to the worker: requests about interfaces (0x8900 to 0x89ff: SIOCGIF..., SIOCATMARK), about
 * the send queue, and to attach to a TUN/TAP device. The kernel looks at the low 32 bits of a
 * request, and so do the rules.
 */
static int
notify_ioctls(scmp_filter_ctx ctx)
{
	int rc = seccomp_rule_add(
	    ctx, SCMP_ACT_NOTIFY, SCMP_SYS(ioctl), 1, SCMP_CMP64(1, SCMP_CMP_MASKED_EQ, 0xffffff00, 0x8900));

	if (rc)
		return rc;
	rc = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(ioctl), 1,
	    SCMP_CMP64(1, SCMP_CMP_MASKED_EQ, 0xffffffff, SIOCOUTQ));
	if (rc)
		return rc;
	return seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(ioctl), 1,
	    SCMP_CMP64(1, SCMP_CMP_MASKED_EQ, 0xffffffff, TUNSETIFF));
}

/*
 * Sends socketpair(2) of other families than AF_UNIX to the worker: a socket of a TIPC pair can
 * send to others than its peer.
 */
static int
notify_pairs(scmp_filter_ctx ctx)
{
	return seccomp_rule_add(
	    ctx, SCMP_ACT_NOTIFY, SCMP_SYS(socketpair), 1, SCMP_CMP64(0, SCMP_CMP_NE, AF_UNIX));
}

/*
 * Sends unshare(2) of the network namespace to the worker; see call/netns.h. The kernel looks at
 * the low 32 bits of the flags.
 */
static int
notify_unshare(scmp_filter_ctx ctx)
{
	return seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(unshare), 1,
	    SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, CLONE_NEWNET, CLONE_NEWNET));
}

/*
 * Exports the filter's program to @out, which the caller frees. libseccomp 2.5 cannot set
 * WAIT_KILLABLE_RECV, so filter_load() loads the program itself.
 */
static int export(scmp_filter_ctx ctx, struct sock_fprog *out)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	off_t size = 0;
	void *code = NULL;
	int rc = fd < 0 ? -errno : seccomp_export_bpf(ctx, fd);

	if (!rc) {
		size = lseek(fd, 0, SEEK_END);
		code = size > 0 ? malloc((size_t)size) : NULL;
		rc = code && pread(fd, code, (size_t)size, 0) == size ? 0 : -LEAT_ENOMEM;
	}
	if (fd >= 0)
		close(fd);
	if (rc) {
		free(code);
		return rc;
	}
	out->filter = code;
	out->len = (unsigned short)((size_t)size / sizeof(struct sock_filter));
	return 0;
}

/*
 * Makes the program. libseccomp takes every calling convention but the native one, x32 included,
 * for a bad architecture. Such calls go to the worker, which refuses them as a kernel without that
 * convention does.
 */
static int
make(struct sock_fprog *out, bool every_accept)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int rc;

	if (!ctx)
		return -LEAT_ENOMEM;
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_NOTIFY);
	if (!rc)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!rc)
		rc = notify_calls(ctx, every_accept);
	if (!rc)
		rc = notify_flags(ctx);
	if (!rc)
		rc = notify_ioctls(ctx);
	if (!rc)
		rc = notify_pairs(ctx);
	if (!rc)
		rc = notify_unshare(ctx);
	if (!rc)
		rc = export(ctx, out);
	seccomp_release(ctx);
	return rc;
}

int
filter_load(bool killable, bool every_accept)
{
	struct sock_fprog prog;
	unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	int rc = make(&prog, every_accept);

	if (rc)
		return rc;
	if (killable)
		flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	rc = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
		 ? -1
		 : kernel_seccomp(SECCOMP_SET_MODE_FILTER, flags, &prog);
	if (rc < 0)
		rc = -errno;
	free(prog.filter);
	return rc;
}
