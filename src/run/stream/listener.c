/*
 * run/stream/listener.c - takes connections that the stack has accepted, and puts them into the
 * accept queue of the AF_UNIX listener. It counts that queue against the backlog. What moves octets
 * is in pump.c.
 */
#include "run/stream/listener.h"

#include "run/proxy/diag.h"
#include "run/socket/alias.h"
#include "run/socket/fd_limits.h"
#include "run/socket/settings.h"
#include "run/stream/owner.h"
#include "run/stream/pump.h"
#include "run/stream/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

/* The stack enforces the backlog that the program asked for. This one has to be larger. */
enum { UNIX_BACKLOG = 4096 };

/* How often the accept queue of a full listener is counted. */
#define COUNT_EVERY (20 * MSEC)

/*
 * Ends the connections that wait in @listener's accept queue. One that the program has accepted has
 * an inode, which may be unknown here.
 */
static void
reset_waiting(struct stream_rec *listener)
{
	list_each_safe(n, &listener->rec.recs->all) {
		struct sockrec *r = container_of(n, struct sockrec, node);

		if (r->kind == SOCKREC_STREAM && stream_of(r)->accepted.listener == listener->rec.id &&
		    !r->inode && r->our_end.fd >= 0 && !diag_peer(unix_inode(r->our_end.fd)))
			sockrec_end(r, true);
	}
}

void
listener_end(struct stream_rec *s, int fd)
{
	shutdown(fd, SHUT_RDWR); /* an accept() that waits returns EINVAL */
	reset_waiting(s);
	list_del(&s->rec.named);
	listener_drop_child(s);
	sockrec_close_fd(&s->rec, &s->rec.handle);
	s->joined = true;
}

void
listener_drop_child(struct stream_rec *s)
{
	if (s->listening.child)
		sock_abort(s->listening.child);
	s->listening.child = NULL;
}

/*
 * Notes that @n connections wait in the AF_UNIX listener. They count against the backlog, like
 * those that wait in the stack. An accept() without an address is not intercepted, so @n may be too
 * large. The kernel is asked when @n exceeds the backlog, and from time to time while it does.
 */
static void
set_waiting(struct stream_rec *s, unsigned n)
{
	s->listening.offered = n;
	s->listening.full = n > s->listening.backlog;
	sock_set_unaccepted(s->rec.sk, s->listening.full ? n : 0);
	if (s->listening.full)
		s->rec.recs->full_at = loop_now(s->rec.recs->loop) + COUNT_EVERY;
}

static void
count_waiting(struct stream_rec *s)
{
	set_waiting(s, diag_waiting(s->rec.inode));
}

void
listener_accepted(struct stream_rec *s)
{
	if (s->listening.offered)
		set_waiting(s, s->listening.offered - 1);
}

/*
 * Counts a connection from outside as delivered: it has the descriptor that was set aside for it
 * (fd_budget.h).
 */
static void
count_delivered(struct stream_rec *s)
{
	const struct run_net *net = &s->rec.recs->config->net;
	const struct ipaddr *from = &s->accepted.from.addr;

	if (ipaddr_is_loopback(from) || ipaddr_eq(from, &net->host4) || ipaddr_eq(from, &net->host6))
		return;
	s->accepted.delivered = true;
	s->rec.recs->fds.delivered++;
}

/*
 * Chooses the names of a connection that a published port has led to a listener on loopback. If the
 * client is on the host's loopback, both names are shown as loopback.
 */
static void
name_child(struct stream_rec *s, const struct stream_rec *listener)
{
	struct endpoint at, local;

	if (!sock_local(listener->rec.sk, &at) && !sock_local(s->rec.sk, &local) &&
	    alias_published(&s->rec, &at, &local))
		alias_name_remote(&s->rec, &s->accepted.from);
}

/*
 * Makes the record and our end for the connection in listening.child. Returns false if that fails
 * now; then the connection stays in listening.child.
 */
static bool
offer(struct stream_rec *listener)
{
	struct sockrecs *recs = listener->rec.recs;
	struct stream_rec *s = NULL;
	int fd;

	/*
	 * Ask before the end joins the queue: if it were closed then, the program would accept it
	 * all the same.
	 */
	if (fd_budget_has_free(&recs->fds))
		s = stream_rec_new(recs, listener->rec.v6);
	if (!s) {
		fd_limits_wait(recs);
		return false;
	}
	fd = fd_budget_take(&recs->fds, unix_stream_to(&recs->unixsock, listener->rec.handle, s->rec.id));
	if (fd < 0) {
		sockrec_end(&s->rec, false);
		if (fd == -ECONNREFUSED) {
			/* No process has the listener open any more. */
			recs->gc_at = 0;
		} else if (fd_budget_ran_out(fd)) {
			fd_limits_wait(recs);
		}
		return false;
	}
	s->rec.sk = listener->listening.child;
	listener->listening.child = NULL;
	s->accepted.from = sock_accepted_from(s->rec.sk);
	s->accepted.listener = listener->rec.id;
	settings_inherit(&s->rec, &listener->rec);
	s->lowat = listener->lowat;
	owner_inherit(s, listener);
	if (++listener->listening.offered > listener->listening.backlog)
		count_waiting(listener);
	count_delivered(s);
	name_child(s, listener);
	if (pump_start(s, fd)) {
		sockrec_end(&s->rec, true);
		return false;
	}
	return true;
}

/*
 * Reads all that is unread at @fd into *@out, which the caller frees. Returns its length, or -1
 * without memory.
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
 * Puts @child into @listener's accept queue with a new pair of ends. The @len @octets are the first
 * that the program will read there.
 */
static bool
join_queue(struct stream_rec *listener, struct stream_rec *child, const uint8_t *octets, size_t len)
{
	struct sockrecs *recs = child->rec.recs;
	int fd;

	sockrec_close_our_end(&child->rec); /* its name is needed again */
	sockrec_forget_inode(&child->rec);
	child->pump.keeps_one = child->pump.kept = false; /* until it is accepted again */
	fd = fd_budget_take(&recs->fds, unix_stream_to(&recs->unixsock, listener->rec.handle, child->rec.id));
	if (fd < 0)
		return false;
	if (send(fd, octets, len, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)len) {
		fd_budget_close(&recs->fds, fd);
		return false;
	}
	if (child->pump.down_done)
		shutdown(fd, SHUT_WR);
	count_delivered(child);
	return pump_start(child, fd) == 0;
}

void
listener_put_back(struct stream_rec *listener, struct stream_rec *child, int fd)
{
	uint8_t *octets;
	ssize_t len = read_all(fd, &octets);

	if (len < 0 || child->rec.state != SOCKREC_CONNECTED ||
	    !join_queue(listener, child, octets, (size_t)len))
		sockrec_end(&child->rec, true);
	else
		set_waiting(listener, listener->listening.offered + 1);
	free(octets);
	waitq_wake(&listener->rec.changed); /* another process may have a free descriptor */
}

/*
 * Takes the next connection out of the stack's accept queue. Returns false if there is none, or if
 * there is no memory; then it is tried again later.
 */
static bool
take_child(struct stream_rec *s)
{
	int rc = s->listening.child ? 0 : sock_accept(s->rec.sk, &s->listening.child);

	if (rc == -LEAT_ENOBUFS)
		fd_limits_wait(s->rec.recs);
	return rc == 0;
}

void
listener_offer_children(struct stream_rec *s)
{
	bool any = false;

	while (s->rec.sk && !s->rec.ended && take_child(s) && offer(s))
		any = true;
	if (any && s->rec.sk && !s->rec.ended)
		waitq_wake(&s->rec.changed);
}

static void
listener_event(struct sock *sk, void *arg)
{
	listener_offer_children(arg);
}

int
listener_listen(struct stream_rec *s, int fd, int backlog)
{
	if (s->rec.handle < 0) {
		int handle = sockrec_ensure_fds(&s->rec, 1);

		if (!handle)
			handle =
			    fd_budget_take(&s->rec.recs->fds, unixdir_bind(s->rec.recs->unixsock.dir, fd));
		if (handle < 0)
			return handle;
		s->rec.handle = handle;
	}
	if (listen(fd, UNIX_BACKLOG) < 0)
		return -errno;
	s->rec.state = SOCKREC_LISTENING;
	s->listening.backlog = backlog < 0 || backlog > UNIX_BACKLOG ? UNIX_BACKLOG : (unsigned)backlog;
	count_waiting(s);
	sockrec_note_named(&s->rec);
	sock_watch(s->rec.sk, listener_event, s);
	listener_offer_children(s);
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
		struct sockrec *r = container_of(n, struct sockrec, named);

		if (r->kind == SOCKREC_STREAM && stream_of(r)->listening.full)
			count_waiting(stream_of(r));
	}
}
