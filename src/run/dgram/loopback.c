/*
 * run/dgram/loopback.c - chooses which of a datagram socket's two sockets of the stack sends, and
 * sends again what a closed socket can no longer receive.
 */
#include "run/dgram/loopback.h"

#include "run/dgram/dgram.h"
#include "run/dgram/keep.h"
#include "run/socket/alias.h"
#include "run/socket/settings.h"

#include <stdlib.h>
#include <sys/socket.h>

enum { HOST_CLIENTS = 64 };

bool
dgram_loopback_peer(const struct dgram_rec *d, struct endpoint *peer)
{
	return d->rec.kind == SOCKREC_DGRAM && d->rec.state == SOCKREC_CONNECTED &&
	       sock_remote(d->rec.sk, peer) == 0 && ipaddr_is_loopback(&peer->addr);
}

/* Binds to the same port if it is free. No one outside sees which port it is. */
static int
bind_host_sk(struct dgram_rec *d, struct sock *sk)
{
	const struct run_net *net = &d->rec.recs->config->net;
	struct endpoint at;
	int rc;

	sock_local(d->rec.sk, &at);
	at.addr = ipaddr_is4(&at.addr) ? net->host4 : net->host6;
	rc = sock_bind(sk, &at);
	if (rc != -LEAT_EADDRINUSE)
		return rc;
	at.port = 0;
	return sock_bind(sk, &at);
}

static int
open_host_sk(struct dgram_rec *d)
{
	struct endpoint peer;
	struct sock *sk;
	int rc = sock_open(d->rec.recs->socks, d->rec.v6, sock_type(d->rec.sk), &sk);

	if (rc)
		return rc;
	settings_apply(&d->rec, sk);
	rc = bind_host_sk(d, sk);
	if (!rc && dgram_loopback_peer(d, &peer)) {
		alias_outside(&d->rec, &peer);
		rc = sock_connect(sk, &peer);
	}
	if (rc) {
		sock_close(sk);
		return rc;
	}
	if (d->rec.shut_wr)
		sock_shutdown(sk, SOCK_SHUT_WR);
	d->host_sk = sk;
	sock_watch(sk, dgram_sock_changed, d);
	return 0;
}

void
dgram_host_sk_close(struct dgram_rec *d)
{
	if (!d->host_sk)
		return;
	sock_watch(d->host_sk, NULL, NULL);
	assembly_dgram_closed(d->rec.recs->network, d->host_sk);
	sock_close(d->host_sk);
	d->host_sk = NULL;
}

struct host_client {
	struct list node;
	struct endpoint name;
};

static struct host_client *
host_client_find(const struct dgram_rec *d, const struct endpoint *name)
{
	list_each(n, &d->clients.all) {
		struct host_client *o = container_of(n, struct host_client, node);

		if (ipaddr_eq(&o->name.addr, &name->addr) && o->name.port == name->port)
			return o;
	}
	return NULL;
}

static void
host_client_free(struct dgram_rec *d, struct host_client *o)
{
	list_del(&o->node);
	free(o);
	d->clients.n--;
}

/*
 * Returns NULL without memory. If there are too many, the one whose last datagram is oldest is
 * dropped.
 */
static struct host_client *
host_client_new(struct dgram_rec *d, const struct endpoint *name)
{
	struct host_client *o = calloc(1, sizeof *o);

	if (!o)
		return NULL;
	if (d->clients.n == HOST_CLIENTS)
		host_client_free(d, list_last(&d->clients.all, struct host_client, node));
	o->name = *name;
	d->clients.n++;
	return o;
}

void
dgram_note_sender(struct dgram_rec *d, const struct endpoint *name)
{
	struct host_client *o = d->clients.published ? host_client_find(d, name) : NULL;

	if (o && !d->clients.last)
		host_client_free(d, o);
	if (!d->clients.published || !d->clients.last)
		return;
	if (o)
		list_del(&o->node);
	else
		o = host_client_new(d, name);
	if (o)
		list_push_front(&d->clients.all, &o->node);
}

void
dgram_forget_senders(struct dgram_rec *d)
{
	while (!list_empty(&d->clients.all))
		host_client_free(d, list_first(&d->clients.all, struct host_client, node));
}

/*
 * Returns true if the last datagram from the name @to came from one of the host's clients, through
 * a published port.
 */
static bool
spoke_from_host(const struct dgram_rec *d, const struct endpoint *to)
{
	return host_client_find(d, to) != NULL;
}

/*
 * Returns true if a datagram to @to crosses the link. @to is rewritten if it means the host's
 * loopback.
 */
static bool
leads_to_host(struct dgram_rec *d, struct endpoint *to)
{
	if (d->clients.published && !ipaddr_is_loopback(&to->addr) && !ipaddr_is_any(&to->addr))
		return true; /* a client under its own name */
	if (d->clients.published && spoke_from_host(d, to)) {
		alias_outside(&d->rec, to);
		return true;
	}
	return alias_destination(&d->rec, to);
}

int
dgram_choose_sk(struct dgram_rec *d, struct endpoint *to, struct sock **out)
{
	struct endpoint at, peer;
	int rc;

	*out = d->rec.sk;
	if (!leads_to_host(d, to) || sock_local(d->rec.sk, &at))
		return 0;
	/*
	 * A loopback address means nothing on the link, and a connected socket takes datagrams from
	 * its peer only. So another socket sends.
	 */
	if (!ipaddr_is_loopback(&at.addr) && !dgram_loopback_peer(d, &peer))
		return 0;
	rc = d->host_sk ? 0 : open_host_sk(d);
	*out = d->host_sk;
	return rc;
}

ssize_t
dgram_receive(struct dgram_rec *d, void *buf, size_t len, struct sock_msg *msg)
{
	ssize_t n = sock_recv(d->rec.sk, buf, len, 0, msg);
	struct endpoint at;

	d->clients.last = false;
	/* Over the link to a socket that is bound to loopback: it came through a published port. */
	if (n >= 0 && !ipaddr_is_loopback(&msg->local.addr) && sock_local(d->rec.sk, &at) == 0 &&
	    alias_published(&d->rec, &at, &msg->local))
		d->clients.last = d->clients.published = true;
	if (n != -LEAT_EAGAIN || !d->host_sk)
		return n;
	n = sock_recv(d->host_sk, buf, len, 0, msg);
	if (n >= 0)
		msg->local.addr = d->rec.alias.loopback;
	d->clients.last = n >= 0;
	return n;
}

static bool
is_named(struct sock *sk, const struct endpoint *name)
{
	struct endpoint at;

	return sk && sock_local(sk, &at) == 0 && at.port == name->port &&
	       (ipaddr_is_any(&at.addr) || ipaddr_eq(&at.addr, &name->addr));
}

/* Returns the program's socket that sends from @name; NULL if there is none. */
static struct dgram_rec *
sender(struct sockrecs *recs, const struct endpoint *name)
{
	if (!iface_of_addr(recs->core, &name->addr))
		return NULL;
	list_each(n, &recs->named) {
		struct sockrec *r = container_of(n, struct sockrec, named);

		if (r->kind == SOCKREC_DGRAM &&
		    (is_named(r->sk, name) || is_named(dgram_of(r)->host_sk, name)))
			return dgram_of(r);
	}
	return NULL;
}

static void
send_again(struct sockrecs *recs, const struct dgram_kept *k)
{
	struct dgram_rec *from = sender(recs, &k->msg.peer);
	struct sock_msg msg = {.peer = {k->msg.local.addr, k->msg.local.port, 0}};
	struct sock *sk;

	if (from && dgram_choose_sk(from, &msg.peer, &sk) == 0)
		sock_send(sk, k->data, k->len, 0, &msg);
}

void
dgram_redeliver(struct dgram_rec *d, const struct sock_msg *msg, const void *buf, size_t len)
{
	uint8_t *more = d->rec.recs->buffers.resent;
	struct list left = LIST_INIT(left);
	struct sockrecs *recs = d->rec.recs;
	struct sock_msg next;
	ssize_t n;

	(void)dgram_keep(&left, msg, buf, len);
	while ((n = dgram_receive(d, more, DGRAM_MAX, &next)) >= 0)
		(void)dgram_keep(&left, &next, more, (size_t)n);
	sockrec_end(&d->rec, false); /* so that the stack does not find it any more */
	list_each(node, &left)
		send_again(recs, container_of(node, struct dgram_kept, node));
	dgram_keep_forget(&left);
}
