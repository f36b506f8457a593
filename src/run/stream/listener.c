/*
 * run/stream/listener.c - listens, hands accepted connections to the proxy listener, and counts
 * those that wait there against the backlog. What moves their octets is in pump.c.
 */
#include "run/stream/listener.h"

#include "run/proxy/diag.h"
#include "run/socket/alias.h"
#include "run/socket/fd_budget.h"
#include "run/socket/settings.h"
#include "run/stream/owner.h"
#include "run/stream/pump.h"
#include "run/stream/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

/*
 * The stack keeps the backlog that the program asked for; this one only must not be the first to be
 * full.
 */
enum { UNIX_BACKLOG = 4096 };

/* How often the queue of a full listener is counted. */
#define COUNT_EVERY (20 * MSEC)

/*
 * Those that @listener's program has not accepted go with it. An accepted one has an inode, though
 * we may not have met it.
 */
static void
reset_waiting(struct sockrec *listener)
{
	list_each_safe(n, &listener->recs->all) {
		struct sockrec *d = container_of(n, struct sockrec, node);

		if (d->listener == listener->id && !d->inode && d->our_end.fd >= 0 &&
		    !diag_peer(unix_inode(d->our_end.fd)))
			sockrec_end(d, true);
	}
}

void
listener_end(struct sockrec *d, int fd)
{
	shutdown(fd, SHUT_RDWR); /* accept() that waits says EINVAL */
	reset_waiting(d);
	list_del(&d->named);
	listener_drop_child(d);
	sockrec_close_fd(d, &d->handle);
	d->joined = true;
}

void
listener_drop_child(struct sockrec *d)
{
	if (d->child)
		sock_abort(d->child);
	d->child = NULL;
}

/*
 * What waits in the AF_UNIX listener counts against the backlog as what waits in the stack does. An
 * accept() without an address is not seen here, so what is known is how many wait at most; the
 * kernel is asked when that would be too many, and again from time to time while it is.
 */
static void
set_waiting(struct sockrec *d, unsigned n)
{
	d->offered = n;
	d->full = n > d->backlog;
	sock_set_unaccepted(d->sk, d->full ? n : 0);
	if (d->full)
		d->recs->full_at = loop_now(d->recs->loop) + COUNT_EVERY;
}

static void
count_waiting(struct sockrec *d)
{
	set_waiting(d, diag_waiting(d->inode));
}

void
listener_accepted(struct sockrec *d)
{
	if (d->offered)
		set_waiting(d, d->offered - 1);
}

/* A connection from outside has what it needs here: see hostlisten.c, which keeps room for it. */
static void
seat(struct sockrec *d)
{
	const struct run_net *net = &d->recs->config->net;
	const struct ipaddr *from = &d->accepted_from.addr;

	if (ipaddr_is_loopback(from) || ipaddr_eq(from, &net->host4) || ipaddr_eq(from, &net->host6))
		return;
	d->seated = true;
	d->recs->room.seated++;
}

/*
 * A published port has led it to a listener on loopback: both ends are shown as loopback where the
 * client is the host's.
 */
static void
name_child(struct sockrec *d, const struct sockrec *listener)
{
	struct endpoint at, local;

	if (!sock_local(listener->sk, &at) && !sock_local(d->sk, &local) && alias_published(d, &at, &local))
		alias_name_remote(d, &d->accepted_from);
}

/*
 * The record and our end for a connection that the stack has established. False: the AF_UNIX
 * listener takes no more now, or is gone.
 */
static bool
offer(struct sockrec *listener)
{
	struct sockrecs *recs = listener->recs;
	struct sockrec *d = sockrec_new(recs, &stream_rec_ops, SOCKREC_STREAM, listener->v6);
	int fd;

	if (!d) {
		fd_budget_wait(recs);
		return false;
	}
	fd = fd_room_take(&recs->room, unix_stream_to(&recs->unixsock, listener->handle, d->id));
	if (fd < 0) {
		sockrec_end(d, false);
		if (fd == -ECONNREFUSED) {
			/* Nobody has the listener open any more. */
			recs->gc_at = 0;
		} else if (fd_room_ran_out(fd)) {
			fd_budget_wait(recs);
		}
		return false;
	}
	d->sk = listener->child;
	listener->child = NULL;
	d->accepted_from = sock_accepted_from(d->sk);
	d->listener = listener->id;
	settings_inherit(d, listener);
	d->lowat = listener->lowat;
	owner_inherit(d, listener);
	if (++listener->offered > listener->backlog)
		count_waiting(listener);
	seat(d);
	name_child(d, listener);
	if (pump_start(d, fd)) {
		sockrec_end(d, true);
		return false;
	}
	return true;
}

/*
 * Reads all that is unread at @fd. Returns its length, with the octets in *@out, which is the
 * caller's to free; or -1.
 */
static ssize_t
read_all(int fd, uint8_t **out)
{
	enum { STRIDE = 65536 };
	size_t len = 0;

	for (*out = NULL;;) {
		uint8_t *more = realloc(*out, len + STRIDE);
		ssize_t n;

		if (!more)
			return -1;
		*out = more;
		n = recv(fd, more + len, STRIDE, MSG_DONTWAIT);
		if (n <= 0)
			return (ssize_t)len;
		len += (size_t)n;
	}
}

/*
 * Joins @child to @listener's queue by a fresh pair of ends, in which the @len @octets wait first.
 */
static bool
join_queue(struct sockrec *listener, struct sockrec *child, const uint8_t *octets, size_t len)
{
	struct sockrecs *recs = child->recs;
	int fd;

	sockrec_close_our_end(child); /* its name is used again */
	sockrec_forget_inode(child);
	child->keeps_one = child->kept = false; /* until it is accepted again */
	fd = fd_room_take(&recs->room, unix_stream_to(&recs->unixsock, listener->handle, child->id));
	if (fd < 0)
		return false;
	if (send(fd, octets, len, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)len) {
		fd_room_close(&recs->room, fd);
		return false;
	}
	if (child->down_done)
		shutdown(fd, SHUT_WR);
	seat(child);
	return pump_start(child, fd) == 0;
}

void
listener_put_back(struct sockrec *listener, struct sockrec *child, int fd)
{
	uint8_t *octets;
	ssize_t len = read_all(fd, &octets);

	if (len < 0 || child->state != SOCKREC_CONNECTED || !join_queue(listener, child, octets, (size_t)len))
		sockrec_end(child, true);
	else
		set_waiting(listener, listener->offered + 1);
	free(octets);
	waitq_wake(&listener->changed); /* another process may have a place for it */
}

/*
 * Takes the next connection out of the stack's queue. Returns false if there is none, or no memory
 * for it; then it is tried again.
 */
static bool
take_child(struct sockrec *d)
{
	int rc = d->child ? 0 : sock_accept(d->sk, &d->child);

	if (rc == -LEAT_ENOBUFS)
		fd_budget_wait(d->recs);
	return rc == 0;
}

void
listener_offer_children(struct sockrec *d)
{
	bool any = false;

	while (d->sk && !d->ended && take_child(d) && offer(d))
		any = true;
	if (any && d->sk && !d->ended)
		waitq_wake(&d->changed);
}

static void
listener_event(struct sock *sk, void *arg)
{
	listener_offer_children(arg);
}

int
listener_listen(struct sockrec *d, int fd, int backlog)
{
	if (d->handle < 0) {
		int handle = sockrec_room_for(d, 1);

		if (!handle)
			handle = fd_room_take(&d->recs->room, unixdir_bind(d->recs->unixsock.dir, fd));
		if (handle < 0)
			return handle;
		d->handle = handle;
	}
	if (listen(fd, UNIX_BACKLOG) < 0)
		return -errno;
	d->state = SOCKREC_LISTENING;
	d->backlog = backlog < 0 || backlog > UNIX_BACKLOG ? UNIX_BACKLOG : (unsigned)backlog;
	count_waiting(d);
	sockrec_note_named(d);
	sock_watch(d->sk, listener_event, d);
	listener_offer_children(d);
	return 0;
}

nsec_t
listener_next(const struct sockrecs *recs)
{
	return recs->full_at;
}

void
listener_run(struct sockrecs *recs, nsec_t now)
{
	if (now < recs->full_at)
		return;
	recs->full_at = NSEC_NEVER;
	list_each(n, &recs->named) {
		struct sockrec *d = container_of(n, struct sockrec, named);

		if (d->full)
			count_waiting(d);
	}
}
