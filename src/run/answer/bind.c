/*
 * run/answer/bind.c - answers bind(2), listen(2) and accept(2) on the program's sockets. The accept
 * queue is in stream/listener.c.
 */
#include "run/answer/answer.h"
#include "run/answer/netlink.h"
#include "run/call/address.h"
#include "run/call/blocked.h"
#include "run/call/notif.h"
#include "run/dgram/dgram.h"
#include "run/socket/fd_limits.h"
#include "run/socket/gc.h"
#include "run/stream/listener.h"
#include "run/stream/owner.h"
#include "run/stream/pump.h"
#include "run/stream/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/un.h>

/* Binds @r. A socket that has been closed since the last collection may still have the name. */
static int
bind_after_gc(struct sockrec *r, const struct endpoint *e)
{
	int rc = sock_bind(r->sk, e);

	if (rc != -LEAT_EADDRINUSE)
		return rc;
	gc_now(r->recs);
	return r->ended ? -EBADF : sock_bind(r->sk, e);
}

long
call_bind(struct call *c)
{
	struct sockaddr_storage ss;
	struct endpoint e;
	int rc = call_read_address(c, c->arg[1], (uint32_t)c->arg[2], &ss);

	if (rc)
		return rc;
	if (c->rec->kind == SOCKREC_NETLINK)
		return netlink_bind(c, &ss);
	/* ip(7): AF_UNSPEC means AF_INET if the address is 0.0.0.0. */
	if (ss.ss_family == AF_UNSPEC && !c->rec->v6 &&
	    ((struct sockaddr_in *)&ss)->sin_addr.s_addr == INADDR_ANY)
		ss.ss_family = AF_INET;
	rc = call_sockaddr_endpoint(c->rec, &ss, (socklen_t)c->arg[2], &e);
	if (!rc)
		rc = bind_after_gc(c->rec, &e);
	if (!rc && c->rec->kind != SOCKREC_STREAM)
		rc = dgram_prepare(dgram_of(c->rec), c->fd);
	return rc;
}

long
call_listen(struct call *c)
{
	int rc;

	if (c->rec->kind != SOCKREC_STREAM)
		return -EOPNOTSUPP;
	if (c->rec->state != SOCKREC_NEW && c->rec->state != SOCKREC_LISTENING)
		return -EINVAL;
	rc = c->rec->state == SOCKREC_NEW ? call_fresh_proxy(c, true) : 0;
	if (rc)
		return rc;
	rc = sock_listen(c->rec->sk, (int)c->arg[1]);
	if (rc == -LEAT_EADDRINUSE) {
		gc_now(c->recs);
		rc = c->rec->ended ? -EBADF : sock_listen(c->rec->sk, (int)c->arg[1]);
	}
	return rc ? rc : listener_listen(stream_of(c->rec), c->fd, (int)c->arg[1]);
}

/*
 * Accepts on the program's own listener without waiting, whatever the program has set. Another
 * process of the program may have taken the connection, and only this thread could end the wait.
 * Used for accept() with an address, and for every accept() if no duplicate can be taken later
 * (kernel.getfd).
 */
static int
accept_now(int listener, int flags, struct sockaddr_un *name, socklen_t *len)
{
	int mode = fcntl(listener, F_GETFL), fd;

	if (!(mode & O_NONBLOCK))
		fcntl(listener, F_SETFL, mode | O_NONBLOCK);
	fd = accept4(listener, (struct sockaddr *)name, len, SOCK_CLOEXEC | (flags & SOCK_NONBLOCK));
	if (fd < 0)
		fd = (int)fd_limits_enfile(-errno);
	if (!(mode & O_NONBLOCK))
		fcntl(listener, F_SETFL, mode);
	return fd;
}

static long
hand_over_child(struct call *c, int fd, int flags, const struct sockaddr_un *name, socklen_t len)
{
	struct sockrec *met = sockrec_of_accepted(c->recs, fd, name, len);
	struct stream_rec *child = met ? stream_of(met) : NULL;
	struct endpoint peer = {.addr = c->rec->v6 ? IPADDR_ANY6 : IPADDR_ANY4};
	long answer;
	int rc;

	if (child) {
		peer = child->accepted.from; /* even if it was reset while it waited */
		if (child->accepted.reset_waits)
			pump_show_reset(child, fd);
		else
			pump_hold(child, fd);
		owner_note(child, &c->caller);
	}
	rc = c->arg[1] ? call_write_endpoint(c, c->arg[1], c->arg[2], &peer) : 0;
	if (rc) {
		close(fd);
		return rc;
	}
	answer = notif_add_fd(c->calls, c->id, fd, flags & SOCK_CLOEXEC);
	/*
	 * The program's own table is full (EMFILE), or the caller was killed. On Linux the
	 * connection stays in the accept queue then.
	 */
	if (child && answer < 0 && answer != CALL_ANSWERED)
		listener_put_back(stream_of(c->rec), child, fd);
	close(fd);
	return answer;
}

long
call_accept(struct call *c)
{
	int flags = c->nr == SYS_accept4 ? (int)c->arg[3] : 0;
	struct sockaddr_un name;
	socklen_t len = sizeof name;
	int fd;

	if (c->rec->kind != SOCKREC_STREAM)
		return -EOPNOTSUPP;
	if (c->rec->state != SOCKREC_LISTENING)
		return -EINVAL;
	listener_offer_children(stream_of(c->rec));
	fd = accept_now(c->fd, flags, &name, &len);
	if (fd == -EAGAIN && call_may_wait(c, 0))
		return blocked_wait(c, call_accept, SO_RCVTIMEO, -EAGAIN);
	if (fd < 0)
		return fd;
	listener_accepted(stream_of(c->rec));
	return hand_over_child(c, fd, flags, &name, len);
}
