/*
 * bench/pump.c - the cost of interposition alone: the host's TCP carries a program's TCP
 * connections, through a proxy socket and a pump as in `leat run`, but with no stack of Leat and no
 * emulated link.
 *
 *   pump PROGRAM ARGS...
 *
 * A seccomp filter reports connect() to this supervisor. For IPv4 it connects itself, replaces the
 * program's descriptor by one end of a socketpair, and copies octets between the other end and the
 * connection until both directions have ended. Setting or reading a TCP option succeeds and
 * does nothing. Only clients are handled: a listening socket is the host's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* since Linux 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#endif
#define SYNC_WAKE_UP 1UL

enum { STRIDE = 65536, CONNS = 256, BUFFER = 1 << 20 };

/* One direction: from fd[0] to fd[1]. */
struct direction {
	int from, to;
	size_t at, have;
	bool ended, done;
	char buf[STRIDE];
};

struct conn {
	int fd[2]; /* the other end of the proxy socket, and the host's socket; -1 in an unused entry */
	struct direction direction[2];
};

static struct conn *conns[CONNS];
static int epoll;

static int
die(const char *what)
{
	fprintf(stderr, "pump: %s: %s\n", what, strerror(errno));
	return 125;
}

static int
load_filter(void)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 4, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setsockopt, 1, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getsockopt, 0, 4),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 1, 2),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO), /* with errno 0: as if the call had succeeded */
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {.len = sizeof code / sizeof code[0], .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
}

/* Pumping */

static void
watch(struct conn *c, unsigned i, int op)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};

	epoll_ctl(epoll, op, c->fd[i], &e);
}

static void
pump_direction(struct direction *d)
{
	while (!d->done) {
		ssize_t n;

		if (d->at == d->have && !d->ended) {
			n = read(d->from, d->buf, STRIDE);
			if (n < 0 && errno == EAGAIN)
				return;
			d->ended = n <= 0;
			d->at = 0;
			d->have = n > 0 ? (size_t)n : 0;
		}
		if (d->at == d->have) {
			shutdown(d->to, SHUT_WR);
			d->done = true;
			return;
		}
		n = send(d->to, d->buf + d->at, d->have - d->at, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) { /* no reader is left */
			d->ended = true;
			d->at = d->have;
			continue;
		}
		d->at += (size_t)n;
	}
}

static void
pump(struct conn *c)
{
	pump_direction(&c->direction[0]);
	pump_direction(&c->direction[1]);
	if (!c->direction[0].done || !c->direction[1].done)
		return;
	close(c->fd[0]);
	close(c->fd[1]);
	c->fd[0] = -1; /* events of this turn may still name the connection, so its entry is reused later */
}

static struct conn *
place(void)
{
	for (unsigned i = 0; i < CONNS; i++) {
		if (!conns[i] && !(conns[i] = calloc(1, sizeof *conns[i])))
			return NULL;
		if (conns[i]->fd[0] < 0 || conns[i]->fd[1] == 0)
			return conns[i];
	}
	return NULL;
}

/* Interposing */

/*
 * Makes the proxy socket for a connection of the host. Returns the end that the program gets, or
 * -1.
 */
static int
proxy_socket(int host)
{
	struct conn *c = place();
	int pair[2], size = BUFFER;

	if (!c || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	fcntl(host, F_SETFL, O_NONBLOCK);
	*c = (struct conn){.fd = {pair[1], host}};
	for (unsigned i = 0; i < 2; i++) {
		c->direction[i].from = c->fd[i];
		c->direction[i].to = c->fd[!i];
		watch(c, i, EPOLL_CTL_ADD);
	}
	return pair[0];
}

/* Makes the proxy socket blocking or non-blocking, like the descriptor that it replaces. */
static void
take_flags(int fd, const struct seccomp_notif *req)
{
	int pidfd = (int)syscall(SYS_pidfd_open, req->pid, 0);
	int theirs = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, req->data.args[0], 0);

	if (theirs >= 0) {
		fcntl(fd, F_SETFL, fcntl(theirs, F_GETFL) & O_NONBLOCK);
		close(theirs);
	}
	if (pidfd >= 0)
		close(pidfd);
}

/* Returns what connect() to @a returns to the program; 1 = the kernel makes the call. */
static int
connect_for(int listener, const struct seccomp_notif *req, const struct sockaddr_in *a)
{
	struct seccomp_notif_addfd add = {
	    .id = req->id, .flags = SECCOMP_ADDFD_FLAG_SETFD, .newfd = (unsigned)req->data.args[0]};
	int host, ours, error = 0;

	if (a->sin_family != AF_INET)
		return 1;
	host = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (host < 0 || connect(host, (const void *)a, sizeof *a) < 0) {
		error = -errno;
		close(host);
		return error;
	}
	ours = proxy_socket(host);
	if (ours < 0) {
		close(host);
		return -ENOBUFS;
	}
	take_flags(ours, req);
	add.srcfd = (unsigned)ours;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0)
		error = -errno;
	close(ours);
	return error;
}

static void
notified(int listener)
{
	union {
		struct seccomp_notif n;
		char room[512]; /* a newer kernel may write more */
	} req;
	struct seccomp_notif_resp resp = {0};
	struct sockaddr_in a = {0};
	int answer = 1;

	memset(&req, 0, sizeof req);
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req.n) < 0)
		return;
	if (req.n.data.args[2] == sizeof a) {
		struct iovec to = {&a, sizeof a}, from = {(void *)(uintptr_t)req.n.data.args[1], sizeof a};

		if (process_vm_readv((pid_t)req.n.pid, &to, 1, &from, 1, 0) == sizeof a)
			answer = connect_for(listener, &req.n, &a);
	}
	resp.id = req.n.id;
	if (answer > 0)
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else
		resp.error = answer;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

/* Runs until no process is under the filter any more. */
static void
supervise(int listener)
{
	struct epoll_event e = {.events = EPOLLIN}, got[32];
	int n;

	epoll = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SYNC_WAKE_UP); /* an older kernel refuses */
	for (;;) {
		n = epoll_wait(epoll, got, 32, -1);
		for (int i = 0; i < n; i++) {
			struct conn *c = got[i].data.ptr;

			if (c && c->fd[0] >= 0)
				pump(c);
			else if (!c && got[i].events & EPOLLIN)
				notified(listener);
			else if (!c)
				return;
		}
	}
}

/*
 * The child. It sends the number of its listener through the pipe. The supervisor duplicates the
 * listener before the program starts.
 */
static int
child(const int to_us[2], const int to_child[2], char **argv)
{
	int listener = load_filter();
	char octet;

	if (write(to_us[1], &listener, sizeof listener) < 0 || read(to_child[0], &octet, 1) != 1)
		return 125;
	close(listener);
	execvp(argv[0], argv);
	return 127;
}

int
main(int argc, char **argv)
{
	int to_us[2], to_child[2], listener = -1, pidfd, status;
	pid_t pid;

	if (argc < 2 || pipe2(to_us, O_CLOEXEC) < 0 || pipe2(to_child, O_CLOEXEC) < 0)
		return die("pump PROGRAM ARGS...");
	pid = fork();
	if (pid == 0)
		_exit(child(to_us, to_child, argv + 1));
	if (read(to_us[0], &listener, sizeof listener) != sizeof listener || listener < 0)
		return die("seccomp");
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	listener = (int)syscall(SYS_pidfd_getfd, pidfd, listener, 0);
	if (listener < 0)
		return die("listener");
	if (write(to_child[1], "", 1) != 1)
		return die("pipe");
	supervise(listener);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
