/*
 * run/answer/connect.c - answers connect(2), which may wait, go on without waiting, or end a
 * connection (AF_UNSPEC). The stream itself is in stream/.
 */
#include "run/answer/answer.h"
#include "run/call/address.h"
#include "run/call/blocked.h"
#include "run/call/replace.h"
#include "run/dgram/dgram.h"
#include "run/network/name_services.h"
#include "run/socket/alias.h"
#include "run/socket/fd_limits.h"
#include "run/socket/gc.h"
#include "run/socket/settings.h"
#include "run/stream/owner.h"
#include "run/stream/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * The descriptors for our end, for the gateway's socket, and for a duplicate of the program's end
 * while it connects or the call waits.
 */
enum { CONNECT_NEEDS = 3 };

/*
 * Shows the program from now on what a connect() that does not wait shows: the stream is
 * connecting.
 */
static int
go_on_without_waiting(struct call *c)
{
	int rc = stream_look_connecting(stream_of(c->rec), c->fd);

	if (rc)
		return rc;
	if (c->rec->program_end >= 0)
		return 0;
	rc = fcntl(c->fd, F_DUPFD_CLOEXEC, 0);
	rc = fd_budget_take(&c->recs->fds, rc < 0 ? -errno : rc);
	if (rc < 0)
		return rc;
	c->rec->program_end = rc;
	return 0;
}

/* A signal or SO_SNDTIMEO has ended the wait. The stream goes on connecting. */
static long
left(struct call *c, long answer)
{
	struct stream_rec *s = stream_of(c->rec);

	if (s->rec.state == SOCKREC_CONNECTING && s->rec.sk && !s->filling.on && go_on_without_waiting(c)) {
		stream_begin_anew(s, c->fd, 0);
		stream_failed(s, ENOBUFS);
	}
	return answer;
}

int
call_fresh_proxy(struct call *c, bool hold)
{
	struct stream_rec *s = stream_of(c->rec);
	int rc, fd, before = s->rec.program_end;

	if (!s->joined)
		return 0;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (call_is_nonblocking(c) ? SOCK_NONBLOCK : 0), 0);
	if (fd < 0)
		return -errno;
	settings_apply_native(&s->rec, fd);
	s->rec.program_end = -1;
	rc = sockrec_keep_program_end(&s->rec, fd); /* before replace_fd(), after which nothing may fail */
	if (!rc)
		rc = replace_fd(c, s->rec.inode, fd, hold);
	sockrec_close_fd(&s->rec, rc < 0 ? &s->rec.program_end : &before);
	if (rc < 0) {
		s->rec.program_end = before;
		close(fd);
		return rc == -EBUSY ? -ECONNABORTED : rc;
	}
	if (c->fd >= 0)
		close(c->fd);
	c->fd = fd;
	s->joined = s->error_shown = false;
	sockrec_change_inode(&s->rec, unix_inode(fd));
	return 0;
}

/*
 * Returns the error of a connect() that has failed. The socket is as new then. If the proxy socket
 * cannot be replaced now, the next connect() tries again.
 */
static long
report_failure(struct call *c, int error)
{
	stream_begin_anew(stream_of(c->rec), c->fd, 0);
	(void)call_fresh_proxy(c, false);
	return fd_limits_enobufs(-error);
}

/* Answers a connect() that waits if the stream has connected or failed; otherwise blocks it. */
static long
wait_connected(struct call *c)
{
	struct stream_rec *s = stream_of(c->rec);
	int rc;

	if (s->rec.state == SOCKREC_CONNECTED) { /* another thread's connect() has returned it already */
		s->unreported = false;
		return 0;
	}
	if (s->rec.state != SOCKREC_CONNECTING) {
		rc = call_take_error(c);
		return rc ? -rc : -ECONNABORTED;
	}
	rc = stream_progress(s);
	c->left = left;
	if (rc == -EINPROGRESS) {
		long answer = blocked_wait(c, wait_connected, SO_SNDTIMEO, -EINPROGRESS);

		if (answer == CALL_BLOCKED || s->rec.ended)
			return answer;
		rc = (int)answer;
	} else if (rc == 0)
		rc = stream_joined(s, c->fd);
	s->unreported = false;
	if (rc < 0) {
		stream_failed(s, -rc);
		return report_failure(c, -rc);
	}
	return rc;
}

/*
 * Answers a connect() that does not wait. Linux returns EINPROGRESS even if the connection has been
 * established or refused already.
 */
static long
begin_without_waiting(struct call *c)
{
	struct stream_rec *s = stream_of(c->rec);
	int answer = stream_progress(s);
	int rc = answer == 0 ? stream_joined(s, c->fd) : go_on_without_waiting(c);

	if (rc)
		return report_failure(c, -rc);
	if (answer != 0 && answer != -EINPROGRESS)
		stream_failed(s, -answer);
	return -EINPROGRESS;
}

static long
begin(struct call *c, const struct endpoint *to)
{
	struct stream_rec *s = stream_of(c->rec);
	int rc = sockrec_ensure_fds(&s->rec, CONNECT_NEEDS);

	if (!rc)
		rc = call_fresh_proxy(c, true);
	if (rc)
		return rc;
	rc = sock_connect(s->rec.sk, to);
	if (rc == -LEAT_EADDRNOTAVAIL) { /* closed sockets may have all the ports */
		gc_now(c->recs);
		rc = s->rec.ended ? -EBADF : sock_connect(s->rec.sk, to);
	}
	if (rc && rc != -LEAT_EINPROGRESS)
		return rc;
	s->rec.error = s->pump.failed = 0;
	s->unreported = true;
	stream_watch_connecting(s);
	owner_note(s, &c->caller); /* before the first packet is sent */
	assembly_settle(c->recs->network);
	if (call_may_wait(c, 0))
		return wait_connected(c);
	return begin_without_waiting(c);
}

/*
 * Gives a socket that is bound to a loopback address, and connects to the host's loopback, the
 * program's address on the link and the same port. It is a new socket of the stack, since a bound
 * one cannot be bound again. Returns 0 or the negative error.
 */
static int
leave_loopback(struct stream_rec *s)
{
	const struct run_net *net = &s->rec.recs->config->net;
	struct endpoint at;
	struct sock *sk;
	int rc = sock_local(s->rec.sk, &at);

	if (rc || !ipaddr_is_loopback(&at.addr))
		return 0;
	at.addr = ipaddr_is4(&at.addr) ? net->host4 : net->host6;
	rc = sock_open(s->rec.recs->socks, s->rec.v6, SOCK_TYPE_STREAM, &sk);
	if (rc)
		return rc;
	settings_apply(&s->rec, sk);
	rc = sock_bind(sk, &at);
	if (rc) {
		sock_close(sk);
		return rc;
	}
	sock_close(s->rec.sk);
	s->rec.sk = sk;
	return 0;
}

static long
connect_stream(struct call *c, struct endpoint *to)
{
	struct stream_rec *s = stream_of(c->rec);
	bool aliased;
	int rc;

	switch (s->rec.state) {
	case SOCKREC_LISTENING:
		return -EISCONN;
	case SOCKREC_CONNECTED:
		if (!s->unreported)
			return -EISCONN;
		s->unreported = false;
		return 0;
	case SOCKREC_CONNECTING:
		return call_may_wait(c, 0) ? wait_connected(c) : -EALREADY;
	case SOCKREC_FINISHED:
		if (s->connected)
			return -EISCONN;
		rc = call_take_error(c);
		return report_failure(c, rc ? rc : ECONNABORTED); /* 0: SO_ERROR or a read has reported it */
	case SOCKREC_NEW:
		break;
	}
	aliased = alias_destination(&s->rec, to);
	rc = aliased ? leave_loopback(s) : 0;
	return rc ? rc : begin(c, to);
}

/* connect(2) with AF_UNSPEC: takes the peer of a datagram socket away, or ends a connection. */
static long
dissolve(struct call *c)
{
	struct endpoint remote;
	int error = c->rec->error;

	if (c->rec->kind != SOCKREC_STREAM)
		return dgram_connect(dgram_of(c->rec), c->fd, NULL);
	if (c->rec->state == SOCKREC_NEW)
		return 0;
	/* A stream that connects or is connected gets an error. */
	if (c->rec->state == SOCKREC_CONNECTING || sockrec_remote(c->rec, &remote) == 0)
		error = ECONNRESET;
	stream_begin_anew(stream_of(c->rec), c->fd, error);
	(void)call_fresh_proxy(c, false);
	return 0;
}

long
call_connect(struct call *c)
{
	struct sockaddr_storage ss;
	struct endpoint to;
	int rc = call_read_address(c, c->arg[1], (uint32_t)c->arg[2], &ss);

	if (!c->rec)
		return rc == 0 && name_services_refuse(&ss) ? -ENOENT : CALL_CONTINUE;
	if (rc)
		return rc;
	if (c->rec->kind == SOCKREC_NETLINK)
		return 0;
	if ((uint32_t)c->arg[2] < sizeof ss.ss_family)
		return -EINVAL;
	if (ss.ss_family == AF_UNSPEC)
		return dissolve(c);
	rc = call_sockaddr_endpoint(c->rec, &ss, (socklen_t)c->arg[2], &to);
	if (rc)
		return rc;
	if (c->rec->kind == SOCKREC_STREAM)
		return connect_stream(c, &to);
	return dgram_connect(dgram_of(c->rec), c->fd, &to);
}
