/*
 * Chooses between a datagram socket's two sockets of the stack, and carries on what was sent to a
 * socket that is closed.
 */
#include "run/dgram_away.h"

#include "run/alias.h"
#include "run/dgram.h"
#include "run/dgram_keep.h"
#include "run/settings.h"

#include <stdlib.h>
#include <sys/socket.h>

enum { DGRAM_MAX = 65536, OUTSIDERS = 64 };

bool
dgram_loopback_peer(const struct desc *d, struct endpoint *peer)
{
	return d->kind == DESC_DGRAM && d->state == DESC_CONNECTED && sock_remote(d->sk, peer) == 0 &&
	       ipaddr_is_loopback(&peer->addr);
}

/* The same port, where it is free; no one outside sees which it is. */
static int
bind_away(struct desc *d, struct sock *sk)
{
	const struct run_net *net = &d->w->config->net;
	struct endpoint at;
	int rc;

	sock_local(d->sk, &at);
	at.addr = ipaddr_is4(&at.addr) ? net->host4 : net->host6;
	rc = sock_bind(sk, &at);
	if (rc != -LEAT_EADDRINUSE)
		return rc;
	at.port = 0;
	return sock_bind(sk, &at);
}

static int
open_away(struct desc *d)
{
	struct endpoint peer;
	struct sock *sk;
	int rc = sock_open(d->w->socks, d->v6, sock_type(d->sk), &sk);

	if (rc)
		return rc;
	settings_apply(d, sk);
	rc = bind_away(d, sk);
	if (!rc && dgram_loopback_peer(d, &peer)) {
		alias_outside(d, &peer);
		rc = sock_connect(sk, &peer);
	}
	if (rc) {
		sock_close(sk);
		return rc;
	}
	if (d->shut_wr)
		sock_shutdown(sk, SOCK_SHUT_WR);
	d->away = sk;
	sock_watch(sk, dgram_sock_changed, d);
	return 0;
}

void
dgram_away_close(struct desc *d)
{
	if (!d->away)
		return;
	sock_watch(d->away, NULL, NULL);
	worker_gone(d->w, d->away);
	sock_close(d->away);
	d->away = NULL;
}

struct outsider {
	struct list node;
	struct endpoint name;
};

static struct outsider *
outsider_find(const struct desc *d, const struct endpoint *name)
{
	list_each(n, &d->outsiders) {
		struct outsider *o = container_of(n, struct outsider, node);

		if (ipaddr_eq(&o->name.addr, &name->addr) && o->name.port == name->port)
			return o;
	}
	return NULL;
}

static void
outsider_free(struct desc *d, struct outsider *o)
{
	list_del(&o->node);
	free(o);
	d->noutsiders--;
}

/* Returns NULL without memory. The one that spoke longest ago makes room. */
static struct outsider *
outsider_new(struct desc *d, const struct endpoint *name)
{
	struct outsider *o = calloc(1, sizeof *o);

	if (!o)
		return NULL;
	if (d->noutsiders == OUTSIDERS)
		outsider_free(d, list_last(&d->outsiders, struct outsider, node));
	o->name = *name;
	d->noutsiders++;
	return o;
}

void
dgram_note_speaker(struct desc *d, const struct endpoint *name)
{
	struct outsider *o = d->published ? outsider_find(d, name) : NULL;

	if (o && !d->outside)
		outsider_free(d, o);
	if (!d->published || !d->outside)
		return;
	if (o)
		list_del(&o->node);
	else
		o = outsider_new(d, name);
	if (o)
		list_push_front(&d->outsiders, &o->node);
}

void
dgram_forget_speakers(struct desc *d)
{
	while (!list_empty(&d->outsiders))
		outsider_free(d, list_first(&d->outsiders, struct outsider, node));
}

/*
 * Returns true if the last datagram under the name of @to was from one of the host's clients,
 * through a published port.
 */
static bool
spoke_from_outside(const struct desc *d, const struct endpoint *to)
{
	return outsider_find(d, to) != NULL;
}

/*
 * Returns true if what goes to @to crosses the link. @to is rewritten if it means the host's
 * loopback.
 */
static bool
is_away(struct desc *d, struct endpoint *to)
{
	if (d->published && !ipaddr_is_loopback(&to->addr) && !ipaddr_is_any(&to->addr))
		return true; /* a client that is shown under its own name */
	if (d->published && spoke_from_outside(d, to)) {
		alias_outside(d, to);
		return true;
	}
	return alias_destination(d, to);
}

int
dgram_speaker(struct desc *d, struct endpoint *to, struct sock **out)
{
	struct endpoint at, peer;
	int rc;

	*out = d->sk;
	if (!is_away(d, to) || sock_local(d->sk, &at))
		return 0;
	/*
	 * The loopback address means nothing on the wire. A connected socket takes datagrams from
	 * its peer only.
	 */
	if (!ipaddr_is_loopback(&at.addr) && !dgram_loopback_peer(d, &peer))
		return 0;
	rc = d->away ? 0 : open_away(d);
	*out = d->away;
	return rc;
}

ssize_t
dgram_receive(struct desc *d, void *buf, size_t len, struct sock_msg *msg)
{
	ssize_t n = sock_recv(d->sk, buf, len, 0, msg);
	struct endpoint at;

	d->outside = false;
	/* It came over the link to a socket that is bound to loopback: through a published port. */
	if (n >= 0 && !ipaddr_is_loopback(&msg->local.addr) && sock_local(d->sk, &at) == 0 &&
	    alias_published(d, &at, &msg->local))
		d->outside = d->published = true;
	if (n != -LEAT_EAGAIN || !d->away)
		return n;
	n = sock_recv(d->away, buf, len, 0, msg);
	if (n >= 0)
		msg->local.addr = d->loopback;
	d->outside = n >= 0;
	return n;
}

static bool
is_named(struct sock *sk, const struct endpoint *name)
{
	struct endpoint at;

	return sk && sock_local(sk, &at) == 0 && at.port == name->port &&
	       (ipaddr_is_any(&at.addr) || ipaddr_eq(&at.addr, &name->addr));
}

/*
 * Returns the program's socket that sends from @name, an address of the program's; NULL if there is
 * none.
 */
static struct desc *
sender(struct worker *w, const struct endpoint *name)
{
	if (!iface_of_addr(w->core, &name->addr))
		return NULL;
	list_each(n, &w->named) {
		struct desc *d = container_of(n, struct desc, named);

		if (d->kind == DESC_DGRAM && (is_named(d->sk, name) || is_named(d->away, name)))
			return d;
	}
	return NULL;
}

static void
send_again(struct worker *w, const struct dgram_kept *k)
{
	struct desc *from = sender(w, &k->msg.peer);
	struct sock_msg msg = {.peer = {k->msg.local.addr, k->msg.local.port, 0}};
	struct sock *sk;

	if (from && dgram_speaker(from, &msg.peer, &sk) == 0)
		sock_send(sk, k->data, k->len, 0, &msg);
}

void
dgram_orphan(struct desc *d, const struct sock_msg *msg, const void *buf, size_t len)
{
	static uint8_t more[DGRAM_MAX]; /* one thread, and nothing is kept in it */
	struct list left = LIST_INIT(left);
	struct worker *w = d->w;
	struct sock_msg next;
	ssize_t n;

	(void)dgram_keep(&left, msg, buf, len);
	while ((n = dgram_receive(d, more, sizeof more, &next)) >= 0)
		(void)dgram_keep(&left, &next, more, (size_t)n);
	desc_bury(d, false); /* from here on the stack does not find it */
	list_each(node, &left)
		send_again(w, container_of(node, struct dgram_kept, node));
	dgram_keep_forget(&left);
}
