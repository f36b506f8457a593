/*
 * gate/gate_ask.c - questions to the name servers over UDP: each goes to one server after the other
 * until one answers, as a program's own resolver would ask.
 *
 * A flow has one socket for each server that it has asked. Number and question tell to which
 * question an answer belongs. The next server is asked at once if one declines or cannot be
 * reached, and after a timeout if one is silent. If all have declined, the program gets the answer
 * of one of them.
 */
#include "base/err.h"
#include "core/core.h"
#include "dns/question.h"
#include "gate/impl.h"

#include <stdlib.h>

enum { ATTEMPTS = 2, ASK_BUDGET = 64, QUESTIONS_MOST = 32 };

struct asked_server {
	struct gate_asker *asker;
	struct io_dgram *out; /* NULL = not asked yet */
	bool readable;
};

struct gate_asker {
	struct gate_dgram *flow;
	struct gate_names names; /* as of the first question that still waits */
	unsigned generation;
	struct asked_server server[GATE_NAMESERVERS];
	struct list questions; /* the newest last */
	unsigned nquestions;
	struct gate_work work;
	bool plain; /* something other than a question was sent, so any datagram may be an answer */
};

struct question {
	struct list node;
	struct gate_asker *asker;
	struct gate_order order;
	unsigned tried, end; /* attempts made, and attempts allowed */
	unsigned declined;   /* a bit for each server */
	int error;           /* LEAT_E of a server that could not be reached */
	struct timer timer;
	bool late;     /* it has fired */
	uint8_t *kept; /* the answer of a server that declined */
	size_t kept_len, len;
	uint8_t octets[];
};

static void
question_free(struct question *q)
{
	timer_cancel(q->asker->flow->gate->core->wheel, &q->timer);
	list_del(&q->node);
	q->asker->nquestions--;
	free(q->kept);
	free(q);
}

static void
on_answer(struct io_dgram *io, unsigned events, void *arg)
{
	struct asked_server *s = arg;

	s->readable = true;
	gate_mark(s->asker->flow->gate, &s->asker->work);
}

static unsigned
question_server(const struct question *q)
{
	return q->order.server[(q->tried - 1) % q->order.n];
}

/* Sends @octets to server @i. Returns 0, or the negative error if that server cannot be asked. */
static int
server_send(struct gate_asker *a, unsigned i, const void *octets, size_t len)
{
	struct asked_server *s = &a->server[i];
	ssize_t n;
	int e;

	a->flow->info.outside = a->names.server[i];
	if (!s->out) {
		e = gate_dgram_connect(a->flow, &a->names.server[i], on_answer, s, &s->out);
		if (e < 0)
			return e;
	}
	n = s->out->ops->send_to(s->out, octets, len, NULL);
	return n < 0 ? (int)n : 0;
}

/*
 * Ends a question that no server has answered. The program gets the answer of a server that
 * declined, or an error, or nothing.
 */
static void
question_end(struct question *q)
{
	struct gate_dgram *flow = q->asker->flow;
	struct gate *g = flow->gate;
	struct gate_quoted quoted;

	if (q->kept) {
		memcpy(g->scratch, q->kept, q->kept_len);
		gate_dgram_send_inside(flow, q->kept_len);
	} else if (q->error && q->declined == (1u << q->order.n) - 1) {
		g->count.dgrams_refused++;
		gate_quoted_set(&quoted, q->octets, q->len);
		gate_quote_udp(g, &flow->info.inside, &flow->info.shown, &quoted,
		    gate_names_error(g, &flow->info.shown, q->error));
	}
	question_free(q);
}

static void
ask_next(struct question *q)
{
	struct gate_asker *a = q->asker;
	struct gate *g = a->flow->gate;

	while (q->tried < q->end) {
		unsigned at = q->tried++ % q->order.n, i = q->order.server[at];
		int e;

		if (q->declined & 1u << i)
			continue;
		e = server_send(a, i, q->octets, q->len);
		if (e == 0) {
			gate_dgram_used(a->flow);
			timer_arm(g->core->wheel, &q->timer,
			    g->core->now + gate_names_patience(&a->names, at, q->order.n));
			return;
		}
		q->declined |= 1u << i;
		q->error = -e;
	}
	question_end(q);
}

static void
question_timer(struct timer *t)
{
	struct question *q = container_of(t, struct question, timer);

	q->late = true;
	gate_mark(q->asker->flow->gate, &q->asker->work);
}

/* Takes the @n octets in the scratch, server @i's answer to @q. */
static void
take_answer(struct question *q, unsigned i, size_t n)
{
	struct gate *g = q->asker->flow->gate;
	uint8_t *copy;

	if (!dns_declines(g->scratch)) {
		gate_dgram_send_inside(q->asker->flow, n);
		question_free(q);
		return;
	}
	copy = malloc(n);
	if (copy) {
		memcpy(copy, g->scratch, n);
		free(q->kept);
		q->kept = copy;
		q->kept_len = n;
	}
	q->declined |= 1u << i;
	if (question_server(q) == i)
		ask_next(q);
}

static void
take_message(struct gate_asker *a, unsigned i, size_t n)
{
	struct gate *g = a->flow->gate;

	gate_names_heard(g, a->generation, i);
	gate_dgram_used(a->flow);
	list_each_safe(at, &a->questions) {
		struct question *q = container_of(at, struct question, node);

		if (dns_answers(q->octets, q->len, g->scratch, n)) {
			take_answer(q, i, n);
			return;
		}
	}
	if (a->plain)
		gate_dgram_send_inside(a->flow, n);
	else
		drop_note(g->core, NULL, DROP_GATE_NO_QUESTION);
}

/* Server @i cannot be reached: all questions that wait for it go to the next server. */
static void
take_error(struct gate_asker *a, unsigned i, int error)
{
	list_each_safe(at, &a->questions) {
		struct question *q = container_of(at, struct question, node);

		q->declined |= 1u << i;
		q->error = error;
		if (question_server(q) == i)
			ask_next(q);
	}
}

static void
server_run(struct gate_asker *a, unsigned i)
{
	struct gate *g = a->flow->gate;

	a->server[i].readable = false;
	for (int turn = 0; turn < ASK_BUDGET; turn++) {
		struct io_dgram *out = a->server[i].out;
		ssize_t n = out->ops->recv_from(out, g->scratch, GATE_SCRATCH, NULL);

		if (n == -LEAT_EAGAIN)
			return;
		if (n >= 0)
			take_message(a, i, (size_t)n);
		else
			take_error(a, i, (int)-n);
	}
	/* The budget is used up. The event is reported again. */
}

static void
asker_run(struct gate_work *w)
{
	struct gate_asker *a = container_of(w, struct gate_asker, work);

	for (unsigned i = 0; i < GATE_NAMESERVERS; i++)
		if (a->server[i].readable)
			server_run(a, i);
	list_each_safe(at, &a->questions) {
		struct question *q = container_of(at, struct question, node);

		if (!q->late)
			continue;
		q->late = false;
		gate_names_silent(a->flow->gate, a->generation, question_server(q));
		ask_next(q);
	}
}

static void
close_servers(struct gate_asker *a)
{
	for (unsigned i = 0; i < GATE_NAMESERVERS; i++) {
		struct asked_server *s = &a->server[i];

		if (s->out)
			s->out->ops->close(s->out);
		s->out = NULL;
		s->readable = false;
	}
}

static void
take_names(struct gate_asker *a)
{
	a->names = a->flow->gate->config.names;
	a->generation = a->flow->gate->servers.generation;
}

struct gate_asker *
gate_asker_new(struct gate_dgram *flow)
{
	struct gate_asker *a = calloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->flow = flow;
	take_names(a);
	for (unsigned i = 0; i < GATE_NAMESERVERS; i++)
		a->server[i].asker = a;
	list_init(&a->questions);
	gate_work_init(&a->work, asker_run);
	return a;
}

void
gate_asker_free(struct gate_asker *a)
{
	while (!list_empty(&a->questions))
		question_free(list_first(&a->questions, struct question, node));
	close_servers(a);
	list_del(&a->work.node);
	free(a);
}

static struct question *
question_new(struct gate_asker *a, const uint8_t *octets, size_t len)
{
	struct question *q = calloc(1, sizeof *q + len);

	if (!q)
		return NULL;
	if (a->nquestions == QUESTIONS_MOST) {
		drop_note(a->flow->gate->core, NULL, DROP_GATE_LIMIT);
		question_free(list_first(&a->questions, struct question, node));
	}
	q->asker = a;
	q->len = len;
	memcpy(q->octets, octets, len);
	timer_init(&q->timer, question_timer);
	gate_names_order(a->flow->gate, &a->names, a->generation, &q->order);
	list_push(&a->questions, &q->node);
	a->nquestions++;
	return q;
}

static struct question *
question_find(struct gate_asker *a, const uint8_t *octets, size_t len)
{
	list_each(at, &a->questions) {
		struct question *q = container_of(at, struct question, node);

		if (dns_same_question(q->octets, q->len, octets, len))
			return q;
	}
	return NULL;
}

void
gate_asker_ask(struct gate_asker *a, size_t len)
{
	struct gate *g = a->flow->gate;
	struct question *q;
	unsigned rounds;

	a->flow->info.octets_up += len;
	if (!dns_is_question(g->scratch, len)) {
		a->plain = true;
		(void)server_send(a, 0, g->scratch, len);
		return;
	}
	if (list_empty(&a->questions)) {
		gate_names_renew(g);
		if (a->generation != g->servers.generation && g->config.names.servers > 0) {
			close_servers(a);
			take_names(a);
		}
	}
	/*
	 * If the program repeats a question that still waits, it has given up on this server: the
	 * next one is asked now.
	 */
	q = question_find(a, g->scratch, len);
	if (!q)
		q = question_new(a, g->scratch, len);
	if (!q)
		return;
	rounds = a->names.attempts ? a->names.attempts : ATTEMPTS;
	q->end = q->tried + rounds * q->order.n;
	ask_next(q);
}
