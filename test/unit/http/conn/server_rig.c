/*
 * test/unit/http/conn/server_rig.c - sets a server's connection up, and lets it hear and speak.
 */
#include "server_rig.h"

#include "base/err.h"

#include <stdlib.h>

int
server_setup(void **state)
{
	struct server_rig *r = calloc(1, sizeof *r);
	struct http_buffers b = wire_buffers(&r->wire);

	demo_init(&r->demo, &r->service);
	http_server_init(&r->s, &r->service, &b);
	r->wire.c = &r->s.conn;
	*state = r;
	return 0;
}

int
server_teardown(void **state)
{
	struct server_rig *r = *state;

	http_conn_failed(&r->s.conn, -LEAT_ECONNRESET);
	assert_int_equal(r->demo.open, 0);
	wire_free(&r->wire);
	demo_fini(&r->demo);
	free(r);
	return 0;
}

void
server_expect(struct server_rig *r, const char *octets, unsigned wants, const char *answer)
{
	assert_int_equal(wire_say(&r->wire, octets), wants);
	assert_string_equal(wire_heard(&r->wire), answer);
}
