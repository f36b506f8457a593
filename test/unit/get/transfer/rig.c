/*
 * test/unit/get/transfer/rig.c - a server that reads heads and answers from a list.
 */
#include "rig.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
write_on(struct rig_conn *c)
{
	while (c->out.len > 0) {
		ssize_t n = io_write(c->io, c->out.at, c->out.len, 0);

		if (n <= 0)
			break;
		c->out.at += n;
		c->out.len -= (size_t)n;
	}
	if (c->out.len == 0 && c->closes) {
		io_close(c->io, false);
		c->io = NULL;
		return;
	}
	io_want(c->io, IO_READABLE | (c->out.len > 0 ? IO_WRITABLE : 0u));
}

static void
answer(struct rig_conn *c, size_t head)
{
	struct rig *r = c->rig;
	const char *text = r->answer[r->requests < r->answers ? r->requests : r->answers - 1];
	size_t len = strlen(text);

	if (r->requests < sizeof r->asked / sizeof *r->asked)
		snprintf(r->asked[r->requests], sizeof *r->asked, "%.*s", (int)head, c->head);
	r->requests++;
	c->closes = len > 0 && text[len - 1] == '!';
	c->out = (struct http_span){text, len - c->closes};
	memmove(c->head, c->head + head, c->len - head);
	c->len -= head;
}

/* Octets of the first request of @c: of its head, and of as much content as that announces. */
static size_t
request_len(const struct rig_conn *c)
{
	const char *end = memmem(c->head, c->len, "\r\n\r\n", 4);
	const char *length = end ? memmem(c->head, (size_t)(end - c->head), "Content-Length: ", 16) : NULL;

	return end ? (size_t)(end - c->head) + 4 + (length ? strtoul(length + 16, NULL, 10) : 0) : SIZE_MAX;
}

static void
on_stream(struct io_stream *io, unsigned events, void *arg)
{
	struct rig_conn *c = arg;
	ssize_t n = io_read(io, c->head + c->len, sizeof c->head - c->len);

	if (n == 0 || (n < 0 && n != -LEAT_EAGAIN)) {
		io_close(io, n < 0);
		c->io = NULL;
		return;
	}
	c->len += n > 0 ? (size_t)n : 0;
	if (request_len(c) <= c->len && c->out.len == 0)
		answer(c, request_len(c));
	write_on(c);
}

static void
on_accept(struct io_listener *l, void *arg)
{
	struct rig *r = arg;
	struct rig_conn *c = &r->conn[r->conns];

	assert_true(r->conns < RIG_CONNS);
	if (l->ops->accept(l, &c->io) < 0)
		return;
	c->rig = r;
	r->conns++;
	io_stream_watch(c->io, on_stream, c, IO_READABLE);
}

static ssize_t
on_body(struct transfer *t, const char *at, size_t n)
{
	struct rig *r = t->arg;

	n = n < r->room ? n : r->room;
	assert_true(n <= sizeof r->got - 1 - r->len);
	memcpy(r->got + r->len, at, n);
	r->len += n;
	r->room -= n;
	return (ssize_t)n;
}

static void
on_done(struct transfer *t)
{
	struct rig *r = t->arg;

	r->done = true;
	r->took = r->world->now - r->began;
}

void
rig_init(struct rig *r, const char *const *answer, unsigned answers)
{
	static const struct simio_rule near = {.there = MSEC, .back = MSEC};
	static struct simworld_config config = {.seed = 1, .rule = {.there = NSEC_NEVER}};

	memset(r, 0, sizeof *r);
	assert_int_equal(ipaddr_parse(RIG_SILENT, &config.rule.at.addr), 0);
	r->world = simworld_new(&config);
	assert_int_equal(simio_net_rule(r->world->net, &near), 0);
	assert_int_equal(simio_host_address(r->world->server, RIG_SILENT), 0);
	r->answer = answer;
	r->answers = answers;
	r->world->conform.at.port = RIG_PORT;
	assert_int_equal(
	    io_listen(r->world->conform.server, &r->world->conform.at, 8, on_accept, r, &r->listener), 0);
	get_settings_usual(&r->set);
	r->set.route = r->route;
	r->get = get_new(r->world->conform.client, NULL, &r->set);
	assert_non_null(r->get);
	r->room = SIZE_MAX;
}

void
rig_name(struct rig *r, const char *host, const char *first, const char *second)
{
	struct get_route *route = &r->route[r->set.routes++];

	snprintf(route->host, sizeof route->host, "%s", host);
	for (unsigned i = 0; i < 2; i++) {
		const char *text = i == 0 ? first : second;

		if (text)
			assert_int_equal(ipaddr_parse(text, &route->at[route->n++].addr), 0);
		else if (i == 0)
			route->at[route->n++].addr = r->world->conform.at.addr;
	}
}

enum get_code
rig_get(struct rig *r, const char *url)
{
	static const struct transfer_ops ops = {.body = on_body, .done = on_done};

	r->done = false;
	r->len = 0;
	r->began = r->world->now;
	r->ask.url = url;
	transfer_begin(&r->transfer, r->get, &r->ask, &ops, r);
	for (unsigned i = 0; i < 1000 && !r->done; i++)
		simworld_pass(r->world, SEC);
	assert_true(r->done);
	r->got[r->len] = '\0';
	return r->transfer.result.code;
}

void
rig_end(struct rig *r)
{
	transfer_fini(&r->transfer);
	get_free(r->get);
	r->listener->ops->close(r->listener);
	simworld_pass(r->world, SEC);
	for (unsigned i = 0; i < r->conns; i++) {
		if (r->conn[i].io)
			io_close(r->conn[i].io, true);
	}
	simworld_pass(r->world, SEC);
	simworld_free(r->world);
}
