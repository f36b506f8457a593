/*
 * cli/doctor_checks.c - the checks of `leat doctor`. Each tries one thing that `leat run` needs of
 * this machine, some of them in a child process. It does not print the results.
 */
#include "cli/doctor.h"

#include "host/feature.h"
#include "run/process/kernel.h"
#include "run/process/procfs.h"
#include "run/socket/fd_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>

/*
 * Runs @fn in a child, because a process cannot remove its filter. Returns the result of @fn, an
 * errno below 256.
 */
static int
in_child(int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return errno;
	if (pid == 0)
		_exit(fn() & 0xff);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : ENOSYS;
}

/* Loads a filter that asks about one harmless call. Returns the listener, or -errno. */
static int
load_listener(unsigned flags)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {sizeof code / sizeof *code, code};
	int fd;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	fd = kernel_seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &prog);
	return fd < 0 ? -errno : fd;
}

static int
notify_child(void)
{
	int fd = load_listener(0);

	return fd < 0 ? -fd : 0;
}

static int
try_notify(void)
{
	return in_child(notify_child);
}

static int
killable_child(void)
{
	int fd = load_listener(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);

	return fd < 0 ? -fd : 0;
}

static int
try_killable(void)
{
	return feature_disabled("wait_killable") ? ENOSYS : in_child(killable_child);
}

static int
sync_child(void)
{
	int fd = load_listener(0);

	if (fd < 0)
		return -fd;
	return ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) ? errno : 0;
}

static int
try_sync(void)
{
	return feature_disabled("sync_wakeup") ? ENOSYS : in_child(sync_child);
}

/* Calls @fn with a child that waits to be killed. It stands for the program. */
static int
with_victim(int (*fn)(pid_t pid))
{
	pid_t pid = fork();
	int result;

	if (pid < 0)
		return errno;
	if (pid == 0)
		for (;;)
			pause();
	result = fn(pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return result;
}

/*
 * A sandbox that forbids this call forbids it to every process, so our own process stands for
 * others.
 */
static int
try_getfd(void)
{
	return feature_disabled("getfd") ? ENOSYS : kernel_try_getfd();
}

static int
thread_victim(pid_t pid)
{
	int pidfd = kernel_pidfd_open(pid, PIDFD_THREAD);

	if (pidfd < 0)
		return errno;
	close(pidfd);
	return 0;
}

static int
try_thread(void)
{
	return feature_disabled("pidfd_thread") ? ENOSYS : with_victim(thread_victim);
}

static int
read_victim(pid_t pid)
{
	static const char here[] = "leat";
	char copy[sizeof here];
	struct iovec to = {copy, sizeof copy}, from = {(void *)here, sizeof here};

	if (process_vm_readv(pid, &to, 1, &from, 1, 0) < 0)
		return errno;
	return memcmp(copy, here, sizeof here) ? EIO : 0;
}

static int
try_read(void)
{
	return feature_disabled("process_vm") ? ENOSYS : with_victim(read_victim);
}

/* Reads a process's memory by either call. */
static int
look_victim(pid_t pid)
{
	int result = feature_disabled("process_vm") ? ENOSYS : read_victim(pid);
	char path[64];
	int fd;

	if (!result)
		return 0;
	snprintf(path, sizeof path, "/proc/%d/mem", pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int
try_look(void)
{
	return with_victim(look_victim);
}

/* Asks the kernel for its AF_UNIX sockets. Any answer but an error will do. */
static int
try_diag(void)
{
	struct {
		struct nlmsghdr h;
		struct unix_diag_req r;
	} ask = {.h = {sizeof ask, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0},
	    .r = {.sdiag_family = AF_UNIX, .udiag_states = ~0u}};
	char answer[8192];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), result = 0;
	const struct nlmsghdr *h = (const struct nlmsghdr *)(void *)answer;
	const struct nlmsgerr *e;

	if (fd < 0)
		return errno;
	if (send(fd, &ask, sizeof ask, 0) < 0 || recv(fd, answer, sizeof answer, 0) < (ssize_t)sizeof *h) {
		result = errno ? errno : EIO;
	} else if (h->nlmsg_type == NLMSG_ERROR) {
		e = NLMSG_DATA(h);
		result = -e->error;
	}
	close(fd);
	return result;
}

static int
try_loopback6(void)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), result = 0;

	if (fd < 0)
		return errno;
	if (bind(fd, (const struct sockaddr *)(const void *)&a, sizeof a))
		result = errno;
	close(fd);
	return result;
}

static int
try_ping(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int
try_tap(void)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int
try_files(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r))
		return errno;
	return r.rlim_max < 8192 ? EMFILE : 0;
}

static int
try_few_files(void)
{
	return fd_hard_limit() < FD_LIMITS_LEAST ? EMFILE : 0;
}

static const char *
found_files(void)
{
	static char text[80];
	unsigned hard = fd_hard_limit();

	snprintf(text, sizeof text, "the hard limit of %u allows %u connections at a time", hard,
	    fd_limits_connections(hard, FD_LIMITS_OPEN));
	return text;
}

const struct check doctor_checks[] = {
    {"seccomp user notification", "socket calls of unmodified programs reach Leat", FOUND_FATAL,
	"another such filter is in force (as in a nested `leat run` or some containers): run Leat outside "
	"of it",
	try_notify},
    {"/proc of this PID namespace", "Leat finds the program's processes and descriptors", FOUND_FATAL,
	"mount it: mount -t proc proc /proc", procfs_check},
    {"memory of own processes", "Leat reads the arguments of a program's calls", FOUND_FATAL,
	"the machine forbids it: see kernel.yama.ptrace_scope, or Docker's --cap-add SYS_PTRACE", try_look},
    {"pidfd_getfd", "Leat uses a descriptor of the program itself", FOUND_WORSE,
	"Leat needs a descriptor of its own for each listener and datagram socket, and notices up to a "
	"second late that one was closed; Docker's --cap-add SYS_PTRACE allows the call",
	try_getfd},
    {"sock_diag of AF_UNIX", "Leat learns that a socket has been closed", FOUND_FATAL,
	"load the kernel module unix_diag", try_diag},
    {"process_vm_readv", "the arguments of a call are read in one step", FOUND_WORSE,
	"/proc/PID/mem is read instead", try_read},
    {"WAIT_KILLABLE_RECV (Linux 5.19)", "a signal does not interrupt a call that is being answered",
	FOUND_WORSE, "a signal may make the program repeat a call; a newer kernel prevents that",
	try_killable},
    {"PIDFD_THREAD (Linux 6.9)", "threads may have descriptor tables of their own", FOUND_WORSE,
	"Leat uses the table of the process, which nearly all threads share", try_thread},
    {"SYNC_WAKE_UP (Linux 6.6)", "an intercepted call takes 12 µs instead of 60 µs", FOUND_WORSE,
	"calls take longer", try_sync},
    {"descriptors: 8192 or more", "hundreds of connections at a time", FOUND_WORSE,
	"raise the hard limit: ulimit -Hn", try_files, found_files},
    {"descriptors: 48 or more", "leat run can start", FOUND_FATAL, "raise the hard limit: ulimit -Hn",
	try_few_files},
    {"IPv6 on the host's loopback", "programs reach servers on ::1", FOUND_OPTIONAL,
	"IPv6 works inside, but does not reach the host", try_loopback6},
    {"ICMP echo sockets", "ping reaches other machines", FOUND_OPTIONAL,
	"allow them: sysctl net.ipv4.ping_group_range=\"0 2147483647\"", try_ping},
    {"TAP devices", "the library uses a device of the machine (`leat run` does not)", FOUND_OPTIONAL,
	"needs root and the kernel module tun", try_tap},
    {0},
};
