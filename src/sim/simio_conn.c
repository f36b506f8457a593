/*
 * sim/simio_conn.c - sends messages between the two ends of a connection in virtual time. It does
 * not know the owners of the ends.
 *
 * Octets travel in messages of limited size. When all octets of a message were read, it returns to
 * the writer, who may then send as many again. So the octets of a pipe never exceed the window:
 * those in flight, those unread, and those whose reading the writer does not know yet.
 */
#include "sim/simio_conn.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static void arrive(struct timer *t);

static void
end_init(struct simio_end *e, struct simio_conn *c, struct simio_host *h)
{
	e->conn = c;
	e->host = h;
	e->peer = e == &c->end[0] ? &c->end[1] : &c->end[0];
	e->room = c->rule->window ? c->rule->window : SIMIO_WINDOW;
	e->open.kind = SIMIO_OPEN;
	e->end.kind = SIMIO_END;
	e->reset.kind = SIMIO_RESET;
	list_init(&e->inbox);
	list_init(&e->unread);
	list_init(&e->queued);
	list_init(&e->open.node);
	list_init(&e->end.node);
	list_init(&e->reset.node);
	timer_init(&e->arrival, arrive);
	simio_notifier_init(&e->notifier, c->net, simio_end_notify);
}

struct simio_conn *
simio_conn_new(struct simio_host *from, struct simio_host *at, const struct endpoint *to)
{
	struct simio_conn *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->net = from->net;
	c->rule = simio_find_rule(c->net, to);
	end_init(&c->end[0], c, from);
	end_init(&c->end[1], c, at);
	list_push(&c->net->conns, &c->node);
	return c;
}

struct simio_msg *
simio_msg_new(size_t len)
{
	struct simio_msg *m = malloc(sizeof *m + len);

	if (m)
		*m = (struct simio_msg){
		    .kind = SIMIO_DATA, .len = (uint32_t)len, .octets = (uint8_t *)(m + 1)};
	return m;
}

/* Messages of other kinds are part of an end. */
static void
msg_free(struct simio_msg *m)
{
	if (m->kind == SIMIO_DATA || m->kind == SIMIO_ROOM)
		free(m);
}

static void
msgs_free(struct list *l)
{
	struct list *n;

	while ((n = list_pop(l)))
		msg_free(container_of(n, struct simio_msg, node));
}

static void
end_fini(struct simio_end *e)
{
	msgs_free(&e->inbox);
	msgs_free(&e->unread);
	free(e->reserved);
	timer_cancel(e->conn->net->wheel, &e->arrival);
	timer_cancel(e->conn->net->wheel, &e->notifier.timer);
}

static void
conn_free(struct simio_conn *c)
{
	end_fini(&c->end[0]);
	end_fini(&c->end[1]);
	list_del(&c->node);
	free(c);
}

static bool
has_owner(const struct simio_end *e)
{
	return e->owned || list_linked(&e->queued);
}

void
simio_conn_free_if_unused(struct simio_conn *c)
{
	if (!has_owner(&c->end[0]) && !has_owner(&c->end[1]))
		conn_free(c);
}

void
simio_conns_free(struct simio_net *net)
{
	while (!list_empty(&net->conns))
		conn_free(list_first(&net->conns, struct simio_conn, node));
}

/* Sending */

static void
await_arrival(struct simio_end *e)
{
	struct simio_msg *m = list_first(&e->inbox, struct simio_msg, node);

	if (m && m->when != NSEC_NEVER && !timer_armed(&e->arrival))
		timer_arm(e->conn->net->wheel, &e->arrival, m->when);
}

bool
simio_deliver(struct simio_end *e, struct simio_msg *m)
{
	const struct simio_rule *rule = e->conn->rule;
	struct simio_end *to = e->peer;

	if (to->dead)
		return false;
	m->when = nsec_add(*e->conn->net->now, e == &e->conn->end[0] ? rule->there : rule->back);
	list_push(&to->inbox, &m->node);
	await_arrival(to);
	return true;
}

void
simio_send(struct simio_end *e, struct simio_msg *m)
{
	if (!simio_deliver(e, m))
		msg_free(m);
}

void
simio_send_end(struct simio_end *e)
{
	e->shut = true;
	(void)simio_deliver(e, &e->peer->end);
}

/* No message arrives at @e any more. Octets that have arrived can still be read. */
static void
die(struct simio_end *e)
{
	e->dead = true;
	msgs_free(&e->inbox);
	timer_cancel(e->conn->net->wheel, &e->arrival);
}

void
simio_send_reset(struct simio_end *e)
{
	if (e->dead)
		return;
	die(e);
	(void)simio_deliver(e, &e->peer->reset);
}

void
simio_consumed(struct simio_end *e, struct simio_msg *m, uint32_t len)
{
	m->off += len;
	if (m->off < m->len)
		return;
	list_del(&m->node);
	m->kind = SIMIO_ROOM;
	if (e->dead)
		msg_free(m);
	else
		simio_send(e, m);
}

/* Arriving */

static void
fail(struct simio_end *e, int error)
{
	die(e);
	(void)io_failure_set(&e->failure, error);
	e->once |= IO_FAILED;
}

/* OPEN at the server. If the accept queue is full, it arrives again after a second, as in TCP. */
static void
open_at_server(struct simio_end *e, struct simio_msg *m)
{
	struct simio_listener *l = simio_find_listener(e->host, &e->name);
	int error = e->conn->rule->error;

	if (!error && !l)
		error = LEAT_ECONNREFUSED;
	if (!error && !simio_listener_push(l, &e->queued)) {
		m->when = *e->conn->net->now + SEC;
		list_push_front(&e->inbox, &m->node);
		return;
	}
	e->connected = error == 0;
	e->peer->open.error = error;
	(void)simio_deliver(e, &e->peer->open);
	if (error)
		die(e);
}

static void
open_at_client(struct simio_end *e, const struct simio_msg *m)
{
	if (m->error) {
		fail(e, m->error);
		return;
	}
	e->connected = true;
	e->once |= IO_CONNECTED;
}

/* If no owner can read the octets, the end answers with a reset. */
static void
data(struct simio_end *e, struct simio_msg *m)
{
	if (has_owner(e)) {
		list_push(&e->unread, &m->node);
		return;
	}
	msg_free(m);
	simio_send_reset(e);
}

static void
take(struct simio_end *e, struct simio_msg *m)
{
	switch (m->kind) {
	case SIMIO_OPEN:
		if (e == &e->conn->end[1])
			open_at_server(e, m);
		else
			open_at_client(e, m);
		break;
	case SIMIO_DATA:
		data(e, m);
		break;
	case SIMIO_ROOM:
		e->room += m->len;
		msg_free(m);
		break;
	case SIMIO_END:
		e->ended = true;
		break;
	case SIMIO_RESET:
		fail(e, LEAT_ECONNRESET);
		break;
	}
}

static void
arrive(struct timer *t)
{
	struct simio_end *e = container_of(t, struct simio_end, arrival);
	struct simio_msg *m;

	while ((m = list_first(&e->inbox, struct simio_msg, node)) && m->when <= *e->conn->net->now) {
		list_del(&m->node);
		take(e, m);
	}
	await_arrival(e);
	simio_end_poke(e);
}
