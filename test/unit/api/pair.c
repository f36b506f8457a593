#include "pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void
transmit(void *arg, const struct leat_span *span, unsigned count, size_t len)
{
	struct pair_end *e = arg;
	size_t at = 0;
	uint8_t *frame = malloc(len);

	assert_true(e->waiting < CABLE_FRAMES);
	for (unsigned i = 0; i < count; i++) {
		memcpy(frame + at, span[i].data, span[i].len);
		at += span[i].len;
	}
	assert_int_equal(at, len);
	e->frame[e->waiting] = frame;
	e->len[e->waiting++] = len;
	e->frames++;
	if (len > e->longest)
		e->longest = len;
	if (count > e->runs)
		e->runs = count;
}

static void
plug(struct pair *p, unsigned n, uint32_t flags, uint32_t stack_flags)
{
	struct pair_end *e = &p->end[n];
	struct leat_stack_config sc = {.size = sizeof sc, .seed = 7 + n, .host = n + 1, .flags = stack_flags};
	struct leat_iface_config ic = {.size = sizeof ic, .flags = flags, .transmit = transmit, .arg = e};
	struct leat_prefix prefix;

	e->pair = p;
	assert_int_equal(leat_stack_new(&sc, &e->stack), 0);
	assert_int_equal(leat_iface_add(e->stack, &ic, &e->iface), 0);
	assert_int_equal(leat_prefix_parse(n ? "10.0.0.2/24" : "10.0.0.1/24", &prefix), 0);
	assert_int_equal(leat_iface_addr_add(e->iface, &prefix, 0), 0);
	memcpy(e->addr.octets, prefix.octets, sizeof prefix.octets);
}

struct pair *
pair_new(uint32_t iface_flags, uint32_t stack_flags)
{
	struct pair *p = calloc(1, sizeof *p);

	plug(p, 0, iface_flags, 0);
	plug(p, 1, iface_flags, stack_flags);
	return p;
}

void
pair_free(struct pair *p)
{
	for (unsigned n = 0; n < 2; n++) {
		leat_stack_free(p->end[n].stack); /* asserts that every packet came back */
		while (p->end[n].waiting)
			free(p->end[n].frame[--p->end[n].waiting]);
	}
	free(p);
}

static bool
carry(struct pair *p, unsigned from)
{
	struct pair_end *e = &p->end[from], *to = &p->end[!from];
	unsigned n = e->waiting;
	uint8_t *frame[CABLE_FRAMES];
	size_t len[CABLE_FRAMES];

	memcpy(frame, e->frame, n * sizeof frame[0]);
	memcpy(len, e->len, n * sizeof len[0]);
	e->waiting = 0;
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(leat_iface_input(to->iface, frame[i], len[i], p->now), 0);
		free(frame[i]);
	}
	return n > 0;
}

void
pair_run(struct pair *p, int64_t span)
{
	int64_t until = p->now + span;

	for (;;) {
		int64_t next = leat_stack_next(p->end[0].stack);

		if (carry(p, 0) || carry(p, 1))
			continue;
		if (leat_stack_next(p->end[1].stack) < next)
			next = leat_stack_next(p->end[1].stack);
		if (next > until)
			break;
		if (next > p->now)
			p->now = next;
		leat_stack_advance(p->end[0].stack, p->now);
		leat_stack_advance(p->end[1].stack, p->now);
	}
	p->now = until;
	leat_stack_advance(p->end[0].stack, until);
	leat_stack_advance(p->end[1].stack, until);
}

void
pair_connect(struct pair *p, struct leat_sock *sock[2])
{
	struct leat_addr at = p->end[1].addr;
	struct leat_sock *listener;

	at.port = 80;
	assert_int_equal(leat_sock_open(p->end[1].stack, LEAT_INET, LEAT_STREAM, &listener), 0);
	assert_int_equal(leat_sock_bind(listener, &at), 0);
	assert_int_equal(leat_sock_listen(listener, 8), 0);
	assert_int_equal(leat_sock_open(p->end[0].stack, LEAT_INET, LEAT_STREAM, &sock[0]), 0);
	assert_int_equal(leat_sock_connect(sock[0], &at), -LEAT_EINPROGRESS);
	assert_int_equal(leat_sock_connect(sock[0], &at), -LEAT_EALREADY);
	pair_run(p, LEAT_SEC);
	assert_int_equal(leat_sock_connect(sock[0], &at), 0);
	assert_int_equal(leat_sock_accept(listener, &sock[1]), 0);
	assert_int_equal(leat_sock_accept(listener, &sock[1]), -LEAT_EAGAIN);
	leat_sock_close(listener);
}
