/*
 * run/dgram/dgram.c - moves datagrams from the stack to the program's end, and connects, shuts and
 * sizes datagram sockets. The other direction is in send.c.
 */
#include "run/dgram/dgram.h"

#include "core/core.h"
#include "run/dgram/error.h"
#include "run/dgram/keep.h"
#include "run/dgram/loopback.h"
#include "run/dgram/tagged.h"
#include "run/socket/alias.h"
#include "run/socket/gc.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define ON_ITS_WAY (5 * MSEC)

void
dgram_size(struct dgram_rec *d)
{
	int octets;
	size_t len = sizeof octets;

	if (d->rec.our_end.fd < 0 || sock_getopt(d->rec.sk, SOL_SOCKET, SO_RCVBUF, &octets, &len))
		return;
	octets /= 2; /* the kernel doubles what it is given */
	setsockopt(d->rec.our_end.fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets);
}

/* Delivers a datagram that is longer than SO_RCVBUF. UDP takes it too. */
static int
give_long(struct dgram_rec *d, const struct sock_msg *msg, const void *buf, size_t len)
{
	static const int most = DGRAM_MAX;
	int rc;

	setsockopt(d->rec.our_end.fd, SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
	rc = dgram_pass(d, msg, buf, len);
	dgram_size(d);
	return rc;
}

/*
 * Delivers a datagram to the program's end. Returns 0, -EAGAIN (no room now), -ECONNREFUSED (the
 * program has closed its end), or another error, after which the datagram is lost.
 */
static int
give(struct dgram_rec *d, const struct sock_msg *msg, const void *buf, size_t len)
{
	int rc = dgram_pass(d, msg, buf, len);

	if (rc == -EMSGSIZE)
		rc = give_long(d, msg, buf, len);
	/* As many tags are in flight as the limit on open files allows. look() tries again. */
	if (rc == -ETOOMANYREFS)
		return -EAGAIN;
	if (rc && rc != -EAGAIN && rc != -ECONNREFUSED)
		drop_note(d->rec.recs->core, NULL, DROP_UDP_RCVBUF);
	return rc;
}

/* Delivers the datagrams that are held. Returns false if there is no room for all. */
static bool
give_held(struct dgram_rec *d)
{
	while (!list_empty(&d->held)) {
		struct dgram_kept *k = list_first(&d->held, struct dgram_kept, node);

		if (give(d, &k->msg, k->data, k->len) == -EAGAIN)
			return false;
		dgram_keep_free(k);
	}
	return true;
}

/* Asks for an event when the program's end has room again, if datagrams are held. */
static void
wait_for_room(struct dgram_rec *d)
{
	bool waits = !list_empty(&d->held);

	if (d->rec.our_end.fd < 0 || waits == ((d->rec.our_end.events & EPOLLOUT) != 0))
		return;
	loop_mod(d->rec.recs->loop, &d->rec.our_end,
	    waits ? d->rec.our_end.events | EPOLLOUT : d->rec.our_end.events & ~(uint32_t)EPOLLOUT);
}

void
dgram_give_back(struct dgram_rec *d, struct list *unread)
{
	struct list *n;

	while (!list_empty(unread)) {
		n = unread->prev;
		list_del(n);
		list_push_front(&d->held, n);
	}
	(void)give_held(d);
	wait_for_room(d);
}

/*
 * Returns true if the program has closed its end, as far as can be seen. Our own duplicate keeps
 * the end alive, so the kernel does not refuse datagrams for it; each datagram from inside costs
 * one readlink(2). A descriptor that is in flight between processes is in no table for a moment.
 */
static bool
seems_closed(struct dgram_rec *d, const struct sock_msg *msg)
{
	const struct iface *at = d->rec.recs->core->iface[msg->local.ifindex];
	nsec_t now = loop_now(d->rec.recs->loop);

	if (d->rec.recs->kernel->getfd || !at || !at->loopback)
		return false;
	if (gc_finds_open(&d->rec)) {
		d->rec.place.missed_at = 0;
		return false;
	}
	if (!d->rec.place.missed_at)
		d->rec.place.missed_at = now;
	return now >= d->rec.place.missed_at + ON_ITS_WAY;
}

void
dgram_deliver(struct dgram_rec *d)
{
	uint8_t *buf = d->rec.recs->buffers.delivered;
	bool any = false;

	while (d->rec.sk && !d->rec.ended && d->rec.our_end.fd >= 0 && give_held(d)) {
		struct sock_msg msg, came;
		ssize_t n = dgram_receive(d, buf, DGRAM_MAX, &msg);
		int rc;

		if (n == -LEAT_EAGAIN)
			break;
		any = true;
		if (n < 0) {
			dgram_error_set(d, (int)-n);
			continue;
		}
		came = msg;
		alias_name_remote(&d->rec, &msg.peer);
		rc = seems_closed(d, &came) ? -ECONNREFUSED : give(d, &msg, buf, (size_t)n);
		if (rc == -ECONNREFUSED) {
			dgram_redeliver(d, &came, buf, (size_t)n);
			return;
		}
		dgram_note_sender(d, &msg.peer);
		if (rc == -EAGAIN && dgram_keep(&d->held, &msg, buf, (size_t)n))
			break;
	}
	if (d->rec.ended)
		return;
	wait_for_room(d);
	dgram_error_show(d, -1);
	if (any)
		waitq_wake(&d->rec.changed);
}

void
dgram_sock_changed(struct sock *sk, void *arg)
{
	dgram_deliver(arg);
}

static void
our_end_event(struct loop_fd *fd, uint32_t events)
{
	struct dgram_rec *d = container_of(fd, struct dgram_rec, rec.our_end);

	assembly_enter(d->rec.recs->network);
	dgram_flush(d);
	if (d->reports.count)
		dgram_error_show(d, -1);
	if (!list_empty(&d->held))
		dgram_deliver(d);
}

/*
 * Connects the program's end @fd and an end of ours to each other, for as long as the socket lives.
 */
static int
join(struct dgram_rec *d, int fd)
{
	struct sockaddr_un un;
	socklen_t len;
	int rc, ours = fd_budget_take(
		    &d->rec.recs->fds, unix_dgram_to(&d->rec.recs->unixsock, d->rec.handle, &un, &len));

	if (ours < 0)
		return ours;
	if (connect(fd, (struct sockaddr *)&un, len) < 0) {
		rc = -errno;
		fd_budget_close(&d->rec.recs->fds, ours);
		return rc;
	}
	rc = sockrec_set_our_end(&d->rec, ours, EPOLLIN, our_end_event);
	if (!rc)
		dgram_size(d);
	return rc;
}

int
dgram_prepare(struct dgram_rec *d, int fd)
{
	int rc;

	if (d->rec.our_end.fd >= 0)
		return 0;
	rc = sockrec_ensure_fds(&d->rec, 2);
	if (rc)
		return rc;
	if (d->rec.handle < 0)
		d->rec.handle =
		    fd_budget_take(&d->rec.recs->fds, unixdir_bind(d->rec.recs->unixsock.dir, fd));
	if (d->rec.handle < 0) {
		rc = d->rec.handle;
		d->rec.handle = -1;
		return rc;
	}
	rc = join(d, fd);
	if (rc)
		return rc;
	sockrec_note_named(&d->rec);
	sock_watch(d->rec.sk, dgram_sock_changed, d);
	dgram_deliver(d);
	return 0;
}

/* Gives the stack's socket another peer, or none (@to NULL). */
static int
change_peer(struct dgram_rec *d, const struct endpoint *to)
{
	int rc = sock_connect(d->rec.sk, to);

	if (rc)
		return rc;
	dgram_host_sk_close(d);
	d->rec.state = to ? SOCKREC_CONNECTED : SOCKREC_NEW;
	return 0;
}

int
dgram_connect(struct dgram_rec *d, int fd, struct endpoint *to)
{
	struct list unread = LIST_INIT(unread);
	int rc = to ? dgram_prepare(d, fd) : 0;

	if (rc)
		return rc;
	dgram_flush(d);
	if (to)
		alias_unspecified(to);
	if (to && d->rec.kind == SOCKREC_PING) /* no port says who is there */
		alias_destination(&d->rec, to);
	else if (to)
		alias_name_server(&d->rec, to);
	if (d->rec.state == SOCKREC_CONNECTED) /* datagrams without a tag would be taken for the new peer's */
		dgram_keep_unread(d, fd, &unread);
	rc = change_peer(d, to);
	dgram_give_back(d, &unread);
	return rc;
}

/*
 * The program's end is shut in the kernel, where poll(2), send(2) and recv(2) obey it. In the stack
 * only the sending side is shut. After SHUT_RD the kernel's queue takes nothing more; Linux's UDP
 * still would.
 */
int
dgram_shutdown(struct dgram_rec *d, int fd, int how)
{
	dgram_flush(d);
	(void)shutdown(fd, how);
	d->rec.shut_rd |= how != SHUT_WR;
	d->rec.shut_wr |= how != SHUT_RD;
	if (how != SHUT_RD && d->rec.sk)
		sock_shutdown(d->rec.sk, SOCK_SHUT_WR);
	if (how != SHUT_RD && d->host_sk)
		sock_shutdown(d->host_sk, SOCK_SHUT_WR);
	waitq_wake(&d->rec.changed);
	return d->rec.state == SOCKREC_CONNECTED ? 0 : -ENOTCONN;
}

/* The program has closed its end. What it wrote before is sent. */
static void
end(struct sockrec *r)
{
	struct dgram_rec *d = dgram_of(r);

	dgram_flush(d);
	dgram_host_sk_close(d);
	if (d->rec.sk)
		assembly_dgram_closed(d->rec.recs->network, d->rec.sk);
	dgram_forget_senders(d);
	dgram_report_forget(d);
	dgram_keep_forget(&d->held);
}

/* See give() on ETOOMANYREFS. */
static void
look(struct sockrec *r)
{
	struct dgram_rec *d = dgram_of(r);

	if (!list_empty(&d->held))
		dgram_deliver(d);
}

/* The kernel raises no event at our end when the program's is closed. */
static bool
notices_close(const struct sockrec *r)
{
	return false;
}

struct dgram_rec *
dgram_rec_new(struct sockrecs *recs, enum sockrec_kind kind, bool v6)
{
	static const struct sockrec_ops ops = {.end = end, .look = look, .notices_close = notices_close};
	struct dgram_rec *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	sockrec_init(&d->rec, recs, &ops, kind, v6);
	list_init(&d->held);
	list_init(&d->reports.waiting);
	list_init(&d->clients.all);
	return d;
}
