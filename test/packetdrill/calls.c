/*
 * packetdrill/calls.c - system calls on sockets. They set errno and may block; the calls of src/sock,
 * which they use, do neither.
 */
#include "calls.h"

#include "host/sockaddr.h"
#include "stack/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

long
calls_answer(long result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

struct file *
calls_file(struct host *h, int fd)
{
	return fd >= 0 && fd < HOST_FDS && h->file[fd].used ? &h->file[fd] : NULL;
}

static struct file *
socket_file(struct host *h, int fd)
{
	struct file *f = calls_file(h, fd);

	return f && f->sk ? f : NULL;
}

static void
count_event(struct sock *sk, void *arg)
{
	struct file *f = arg;

	f->events++;
}

int
calls_new_fd(struct host *h, struct sock *sk, bool nonblock)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	if (fd < 0 || fd >= HOST_FDS) {
		if (fd >= 0)
			close(fd);
		return -EMFILE;
	}
	calls_end(h, fd); /* the tool has closed it without a call to us */
	h->file[fd] = (struct file){.used = true, .sk = sk, .nonblock = nonblock};
	list_init(&h->file[fd].watches);
	if (sk)
		sock_watch(sk, count_event, &h->file[fd]);
	return fd;
}

/* Ends a call that may have changed what other threads wait for. */
static long
leave(struct host *h, long result)
{
	host_wake(h);
	pthread_mutex_unlock(&h->lock);
	return calls_answer(result);
}

static struct host *
enter(void *self)
{
	struct host *h = self;

	pthread_mutex_lock(&h->lock);
	stack_advance(h->stack, h->now);
	return h;
}

int
call_socket(void *self, int family, int type, int protocol)
{
	struct host *h = enter(self);
	enum sock_type kind = (type & 0xf) == SOCK_DGRAM ? SOCK_TYPE_DGRAM : SOCK_TYPE_STREAM;
	struct sock *sk;
	int fd;

	if (family != AF_INET && family != AF_INET6)
		return (int)leave(h, -EAFNOSUPPORT);
	fd = sock_open(stack_socks(h->stack), family == AF_INET6, kind, &sk);
	if (fd == 0 && (fd = calls_new_fd(h, sk, type & SOCK_NONBLOCK)) < 0)
		sock_close(sk);
	return (int)leave(h, fd);
}

int
call_bind(void *self, int fd, const struct sockaddr *addr, socklen_t len)
{
	struct host *h = enter(self);
	struct file *f = socket_file(h, fd);
	struct endpoint e;

	if (!f)
		return (int)leave(h, -EBADF);
	if (!addr)
		return (int)leave(h, -EFAULT);
	if (!endpoint_from_sockaddr(&e, addr))
		return (int)leave(h, -EAFNOSUPPORT);
	host_adopt(h, &e.addr);
	return (int)leave(h, sock_bind(f->sk, &e));
}

int
call_listen(void *self, int fd, int backlog)
{
	struct host *h = enter(self);
	struct file *f = socket_file(h, fd);

	return (int)leave(h, f ? sock_listen(f->sk, backlog) : -EBADF);
}

static void
put_name(const struct endpoint *e, struct sockaddr *addr, socklen_t *len)
{
	struct sockaddr_storage ss;
	socklen_t n = sockaddr_from_endpoint(&ss, e);

	if (!addr || !len)
		return;
	memcpy(addr, &ss, n < *len ? n : *len);
	*len = n;
}

/* Returns when a call that waits for @f times out. @name: SO_RCVTIMEO or SO_SNDTIMEO. */
static nsec_t
deadline_of(struct host *h, const struct file *f, int name)
{
	struct timeval tv = {0};
	size_t len = sizeof tv;

	if (sock_getopt(f->sk, SOL_SOCKET, name, &tv, &len) != 0 || (tv.tv_sec == 0 && tv.tv_usec == 0))
		return NSEC_NEVER;
	return h->now + tv.tv_sec * SEC + tv.tv_usec * USEC;
}

int
call_accept(void *self, int fd, struct sockaddr *addr, socklen_t *len)
{
	struct host *h = enter(self);
	struct file *f = socket_file(h, fd);
	struct endpoint peer;
	struct sock *child;
	nsec_t deadline;
	int err;

	if (!f)
		return (int)leave(h, -EBADF);
	deadline = deadline_of(h, f, SO_RCVTIMEO);
	do
		err = sock_accept(f->sk, &child);
	while (err == -EAGAIN && !f->nonblock && host_wait(h, deadline));
	if (err != 0)
		return (int)leave(h, err);
	if (sock_remote(child, &peer) == 0)
		put_name(&peer, addr, len);
	err = calls_new_fd(h, child, false);
	if (err < 0)
		sock_close(child);
	return (int)leave(h, err);
}

/* Returns SO_ERROR as a negative number, and clears it; 0 = none. */
static int
pending_error(struct sock *sk)
{
	int error = 0;
	size_t len = sizeof error;

	sock_getopt(sk, SOL_SOCKET, SO_ERROR, &error, &len);
	return -error;
}

int
call_connect(void *self, int fd, const struct sockaddr *addr, socklen_t len)
{
	struct host *h = enter(self);
	struct file *f = socket_file(h, fd);
	struct endpoint e;
	nsec_t deadline;
	int err;

	if (!f)
		return (int)leave(h, -EBADF);
	if (!addr)
		return (int)leave(h, -EFAULT);
	if (addr->sa_family == AF_UNSPEC)
		return (int)leave(h, sock_connect(f->sk, NULL));
	if (!endpoint_from_sockaddr(&e, addr))
		return (int)leave(h, -EAFNOSUPPORT);
	err = sock_connect(f->sk, &e);
	if (err != -EINPROGRESS || f->nonblock)
		return (int)leave(h, err);
	deadline = deadline_of(h, f, SO_SNDTIMEO);
	while (!(sock_ready(f->sk) & (LEAT_OUT | LEAT_ERR | LEAT_HUP)))
		if (!host_wait(h, deadline))
			return (int)leave(h, -EINPROGRESS);
	return (int)leave(h, pending_error(f->sk));
}

/* Converts MSG_... to the flags of src/sock. Returns false for a flag that it lacks. */
static bool
known_flags(int flags, unsigned *out)
{
	*out = (flags & MSG_OOB ? SOCK_OOB : 0) | (flags & MSG_PEEK ? SOCK_PEEK : 0) |
	       (flags & MSG_MORE ? SOCK_MORE : 0);
	/* MSG_EOR ends a record. On Linux it only decides where a segment ends; Leat ignores it. */
	return !(flags & ~(MSG_OOB | MSG_PEEK | MSG_MORE | MSG_DONTWAIT | MSG_NOSIGNAL | MSG_WAITALL |
			     MSG_TRUNC | MSG_EOR));
}

/* As sock_recv(), but returns -EFAULT if there is data and @to is NULL. */
static ssize_t
take(struct sock *sk, void *to, size_t n, unsigned flags, struct sock_msg *msg)
{
	uint8_t octet;

	if (to || n == 0)
		return sock_recv(sk, to, n, flags, msg);
	n = (size_t)sock_recv(sk, &octet, 1, SOCK_PEEK, msg);
	return (ssize_t)n > 0 ? -EFAULT : (ssize_t)n;
}

static ssize_t
receive(struct host *h, int fd, void *to, size_t n, int flags, struct sock_msg *msg)
{
	struct file *f = socket_file(h, fd);
	bool wait, all = flags & MSG_WAITALL;
	size_t done = 0;
	nsec_t deadline;
	unsigned mine;
	ssize_t got;

	if (!f)
		return -EBADF;
	if (!known_flags(flags, &mine))
		return -EOPNOTSUPP;
	wait = !f->nonblock && !(flags & MSG_DONTWAIT);
	deadline = deadline_of(h, f, SO_RCVTIMEO);
	do {
		do
			got = take(f->sk, (uint8_t *)to + done, n - done, mine, msg);
		while (got == -EAGAIN && wait && host_wait(h, deadline));
		done += got > 0 ? (size_t)got : 0;
	} while (all && got > 0 && done < n);
	return done > 0 ? (ssize_t)done : got;
}

/* A blocking call sends all of the data, however long that takes. Any other call sends what fits. */
static ssize_t
transmit(struct host *h, int fd, const void *from, size_t n, int flags, const struct sock_msg *msg)
{
	struct file *f = socket_file(h, fd);
	size_t done = 0;
	nsec_t deadline;
	unsigned mine;
	ssize_t got;
	bool wait;

	if (!f)
		return -EBADF;
	if (!known_flags(flags, &mine))
		return -EOPNOTSUPP;
	if (!from && n > 0)
		return -EFAULT;
	wait = !f->nonblock && !(flags & MSG_DONTWAIT);
	deadline = deadline_of(h, f, SO_SNDTIMEO);
	do {
		do
			got = sock_send(f->sk, (const uint8_t *)from + done, n - done, mine, msg);
		while (got == -EAGAIN && wait && host_wait(h, deadline));
		done += got > 0 ? (size_t)got : 0;
	} while (got > 0 && done < n && wait);
	return done > 0 ? (ssize_t)done : got;
}

ssize_t
call_recvfrom(void *self, int fd, void *to, size_t n, int flags, struct sockaddr *addr, socklen_t *len)
{
	struct host *h = enter(self);
	struct sock_msg msg = {0};
	ssize_t got = receive(h, fd, to, n, flags, &msg);

	if (got >= 0 && msg.peer.port != 0)
		put_name(&msg.peer, addr, len);
	return leave(h, got);
}

ssize_t
call_recv(void *self, int fd, void *to, size_t n, int flags)
{
	return call_recvfrom(self, fd, to, n, flags, NULL, NULL);
}

ssize_t
call_read(void *self, int fd, void *to, size_t n)
{
	return call_recv(self, fd, to, n, 0);
}

static size_t
iov_len(const struct iovec *iov, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += iov[i].iov_len;
	return len;
}

/* Returns true if no part of @iov with a length is NULL. */
static bool
iov_valid(const struct iovec *iov, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!iov[i].iov_base && iov[i].iov_len)
			return false;
	return true;
}

ssize_t
call_recvmsg(void *self, int fd, struct msghdr *msg, int flags)
{
	size_t room = iov_len(msg->msg_iov, msg->msg_iovlen), at = 0;
	bool valid = iov_valid(msg->msg_iov, msg->msg_iovlen);
	uint8_t *bytes = valid ? malloc(room ? room : 1) : NULL;
	socklen_t name_len = msg->msg_namelen;
	ssize_t got;

	if (!bytes)
		return calls_answer(valid ? -ENOMEM : -EFAULT);
	got = call_recvfrom(self, fd, bytes, room, flags, msg->msg_name, &name_len);
	for (size_t i = 0; got > 0 && i < msg->msg_iovlen && at < (size_t)got; i++) {
		size_t n =
		    (size_t)got - at < msg->msg_iov[i].iov_len ? (size_t)got - at : msg->msg_iov[i].iov_len;

		memcpy(msg->msg_iov[i].iov_base, bytes + at, n);
		at += n;
	}
	if (got >= 0) {
		msg->msg_namelen = msg->msg_name ? name_len : 0;
		msg->msg_controllen = 0;
		msg->msg_flags = 0;
	}
	free(bytes);
	return got;
}

ssize_t
call_readv(void *self, int fd, const struct iovec *iov, int n)
{
	struct msghdr msg = {.msg_iov = (struct iovec *)iov, .msg_iovlen = (size_t)n};

	return call_recvmsg(self, fd, &msg, 0);
}

ssize_t
call_sendto(
    void *self, int fd, const void *from, size_t n, int flags, const struct sockaddr *addr, socklen_t len)
{
	struct host *h = enter(self);
	struct sock_msg msg = {0};

	if (addr && len > 0 && !endpoint_from_sockaddr(&msg.peer, addr))
		return leave(h, -EAFNOSUPPORT);
	return leave(h, transmit(h, fd, from, n, flags, addr ? &msg : NULL));
}

ssize_t
call_send(void *self, int fd, const void *from, size_t n, int flags)
{
	return call_sendto(self, fd, from, n, flags, NULL, 0);
}

ssize_t
call_write(void *self, int fd, const void *from, size_t n)
{
	return call_send(self, fd, from, n, 0);
}

ssize_t
call_sendmsg(void *self, int fd, const struct msghdr *msg, int flags)
{
	size_t len = iov_len(msg->msg_iov, msg->msg_iovlen), at = 0;
	bool valid = iov_valid(msg->msg_iov, msg->msg_iovlen);
	uint8_t *bytes = valid ? malloc(len ? len : 1) : NULL;
	ssize_t sent;

	if (!bytes)
		return calls_answer(valid ? -ENOMEM : -EFAULT);
	for (size_t i = 0; i < msg->msg_iovlen; at += msg->msg_iov[i++].iov_len)
		memcpy(bytes + at, msg->msg_iov[i].iov_base, msg->msg_iov[i].iov_len);
	sent = call_sendto(self, fd, bytes, len, flags, msg->msg_name, msg->msg_namelen);
	free(bytes);
	return sent;
}

ssize_t
call_writev(void *self, int fd, const struct iovec *iov, int n)
{
	struct msghdr msg = {.msg_iov = (struct iovec *)iov, .msg_iovlen = (size_t)n};

	return call_sendmsg(self, fd, &msg, 0);
}

int
call_fcntl(void *self, int fd, int command, ...)
{
	struct host *h = enter(self);
	struct file *f = calls_file(h, fd);
	va_list args;
	int flags;

	va_start(args, command);
	flags = command == F_SETFL ? va_arg(args, int) : 0;
	va_end(args);
	if (!f)
		return (int)leave(h, -EBADF);
	if (command == F_GETFL)
		return (int)leave(h, O_RDWR | (f->nonblock ? O_NONBLOCK : 0));
	if (command != F_SETFL)
		return (int)leave(h, -EINVAL);
	f->nonblock = flags & O_NONBLOCK;
	return (int)leave(h, 0);
}

int
call_ioctl(void *self, int fd, unsigned long request, ...)
{
	struct host *h = enter(self);
	struct file *f = socket_file(h, fd);
	va_list args;
	int *out;

	va_start(args, request);
	out = va_arg(args, int *);
	va_end(args);
	if (!f)
		return (int)leave(h, -EBADF);
	if (request == SIOCINQ)
		*out = (int)sock_unread(f->sk);
	else if (request == SIOCOUTQ)
		*out = (int)sock_unacked(f->sk);
	else if (request == SIOCATMARK)
		*out = sock_at_mark(f->sk);
	else
		return (int)leave(h, -ENOTTY);
	return (int)leave(h, 0);
}

int
call_shutdown(void *self, int fd, int how)
{
	struct host *h = enter(self);
	struct file *f = socket_file(h, fd);

	return (int)leave(h, f ? sock_shutdown(f->sk, (enum sock_how)how) : -EBADF);
}

int
call_getsockopt(void *self, int fd, int level, int name, void *value, socklen_t *len)
{
	struct host *h = enter(self);
	struct file *f = socket_file(h, fd);
	size_t n;
	int err;

	if (!f)
		return (int)leave(h, -EBADF);
	if (!value || !len)
		return (int)leave(h, -EFAULT);
	n = *len;
	err = sock_getopt(f->sk, level, name, value, &n);
	if (err == 0)
		*len = (socklen_t)n;
	return (int)leave(h, err);
}

int
call_setsockopt(void *self, int fd, int level, int name, const void *value, socklen_t len)
{
	struct host *h = enter(self);
	struct file *f = socket_file(h, fd);

	if (f && !value && len > 0)
		return (int)leave(h, -EFAULT);
	return (int)leave(h, f ? sock_setopt(f->sk, level, name, value, len) : -EBADF);
}
