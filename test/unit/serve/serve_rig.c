/*
 * test/unit/serve/serve_rig.c - a pair of hosts of sim/simio.h, with the server on one and clients
 * on the other.
 */
#include "serve_rig.h"

#include <string.h>

static nsec_t
wall(void)
{
	return 784111777 * SEC;
}

static void
on_client(struct io_stream *s, unsigned events, void *arg)
{
	struct client *c = arg;
	ssize_t n = -LEAT_EAGAIN;

	if (events & IO_CONNECTED)
		io_want(s, IO_READABLE);
	if (!(events & (IO_READABLE | IO_FAILED)))
		return;
	while (
	    c->len < sizeof c->got - 1 && (n = io_read(s, c->got + c->len, sizeof c->got - 1 - c->len)) > 0)
		c->len += (size_t)n;
	c->got[c->len] = '\0';
	c->ended |= n == 0;
	c->reset |= n == -LEAT_ECONNRESET;
	if (n != -LEAT_EAGAIN)
		io_want(s, 0);
}

void
server_begin(struct serve_rig *r, struct folder_rig *folder)
{
	static const struct simworld_config config = {.seed = 1, .rule = {.there = MSEC, .back = MSEC}};
	enum serve_part part;

	r->world = simworld_new(&config);
	r->set.site = folder->set;
	r->set.wall = wall;
	assert_int_equal(serve_new(r->world->conform.server, &r->set, &r->serve, &part), 0);
	r->at = r->world->conform.at;
	assert_int_equal(serve_listen(r->serve, &r->at), 0);
}

void
server_end(struct serve_rig *r)
{
	serve_free(r->serve);
	for (size_t i = 0; i < RIG_CLIENTS; i++) {
		if (r->client[i].s)
			io_close(r->client[i].s, true);
	}
	simworld_pass(r->world, SEC);
	simworld_free(r->world);
}

void
server_settings(struct serve_rig *r)
{
	memset(r, 0, sizeof *r);
	serve_settings_usual(&r->set);
}

struct client *
server_join(struct serve_rig *r, unsigned i)
{
	struct client *c = &r->client[i];

	assert_int_equal(io_connect(r->world->conform.client, &r->at, on_client, c, &c->s), 0);
	simworld_pass(r->world, 10 * MSEC);
	return c;
}

void
server_say(struct serve_rig *r, struct client *c, const char *text, nsec_t then)
{
	assert_int_equal(io_write(c->s, text, strlen(text), 0), strlen(text));
	simworld_pass(r->world, then);
}

bool
client_begins(const struct client *c, const char *text)
{
	return strncmp(c->got, text, strlen(text)) == 0;
}
