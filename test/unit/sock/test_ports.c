/*
 * Which names may exist together, and which port is chosen.
 */
#include "../addr.h"
#include "leat.h"
#include "sock/ports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { TCP = 6 };

struct fixture {
	struct rng rng;
	struct ports ports;
};

static int
setup(void **state)
{
	static struct fixture f;
	struct siphash_key key = {{3, 4}};

	rng_seed(&f.rng, 1);
	*state = &f;
	return ports_init(&f.ports, &key, &f.rng);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	ports_fini(&f->ports);
	return 0;
}

static struct port_claim
claim(const char *text, uint16_t port, const char *flags)
{
	struct port_claim c = {.addr = addr(text), .port = port, .proto = TCP};

	c.reuse_addr = strchr(flags, 'a');
	c.reuse_port = strchr(flags, 'p');
	c.listening = strchr(flags, 'l');
	c.v6only =
	    strchr(flags, '6') || (!ipaddr_is4(&c.addr) && !ipaddr_is_any(&c.addr) && !strchr(flags, 'd'));
	return c;
}

/* The answers of Linux's inet_csk_bind_conflict(), as the manual pages describe it. */
static void
names_conflict_as_on_linux(void **state)
{
	static const struct {
		const char *a, *a_flags, *b, *b_flags;
		bool conflict;
	} rows[] = {
	    {"10.0.0.1", "", "10.0.0.2", "", false},
	    {"10.0.0.1", "", "10.0.0.1", "", true},
	    {"0.0.0.0", "", "10.0.0.1", "", true},
	    {"0.0.0.0", "a", "10.0.0.1", "a", false},
	    {"0.0.0.0", "al", "10.0.0.1", "a", true},
	    {"0.0.0.0", "a", "10.0.0.1", "", true},
	    {"0.0.0.0", "pl", "0.0.0.0", "pl", false},
	    {"0.0.0.0", "pl", "0.0.0.0", "l", true},
	    {"::", "", "0.0.0.0", "", true},
	    {"::", "6", "0.0.0.0", "", false},
	    {"::", "", "10.0.0.1", "", true},
	    {"::", "6", "::1", "", true},
	    {"::1", "", "127.0.0.1", "", false},
	    {"::1", "", "0.0.0.0", "", false},
	    {"::1", "d", "0.0.0.0", "", true}, /* a connection accepted at "::" */
	    {"::ffff:10.0.0.1", "", "10.0.0.1", "", true},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct port_claim a = claim(rows[i].a, 80, rows[i].a_flags),
				  b = claim(rows[i].b, 80, rows[i].b_flags);

		assert_int_equal(port_take(&f->ports, &a), 0);
		if (port_conflicts(&f->ports, &b) != rows[i].conflict)
			fail_msg(
			    "%s %s beside %s %s", rows[i].b, rows[i].b_flags, rows[i].a, rows[i].a_flags);
		port_release(&f->ports, &a);
		assert_int_equal(port_take(&f->ports, &b), 0);
		/*
		 * The reverse gives the same, except that a listener does not conflict with a
		 * socket that is only bound.
		 */
		assert_int_equal(
		    port_conflicts(&f->ports, &a), rows[i].conflict && !(a.reuse_addr && b.reuse_addr));
		port_release(&f->ports, &b);
		assert_false(port_conflicts(&f->ports, &a));
	}
}

static bool
always(uint16_t port, void *arg)
{
	return true;
}

/* Linux's ip_local_port_range. */
static void
ephemeral_ports_stay_in_range_and_run_out(void **state)
{
	static struct port_claim c[PORT_HIGH - PORT_LOW + 2];
	struct fixture *f = *state;
	unsigned n = PORT_HIGH - PORT_LOW + 1;

	for (unsigned i = 0; i < n; i++) {
		c[i] = claim("0.0.0.0", 0, "");
		assert_in_range(port_choose(&f->ports, &c[i], always, NULL), PORT_LOW, PORT_HIGH);
		assert_false(port_conflicts(&f->ports, &c[i]));
		port_take(&f->ports, &c[i]);
	}
	c[n] = claim("0.0.0.0", 0, "");
	assert_int_equal(port_choose(&f->ports, &c[n], always, NULL), 0);
	for (unsigned i = 0; i < n; i++)
		port_release(&f->ports, &c[i]);
}

static bool
unused(uint16_t port, void *arg)
{
	uint8_t *used = arg;

	return !used[port];
}

/* RFC 6056, 3.3.4: every port serves every destination, except ports that a socket was bound to. */
static void
connections_to_different_places_share_ports(void **state)
{
	static uint8_t used[2][65536];
	struct fixture *f = *state;
	struct ipaddr local = ipaddr_v4(0x0a000001);
	struct port_claim bound = claim("0.0.0.0", 40000, "");

	port_take(&f->ports, &bound);
	for (unsigned to = 0; to < 2; to++) {
		struct endpoint remote = {ipaddr_v4(0x0a000002 + to), 80, 0};

		for (unsigned i = 0; i < PORT_HIGH - PORT_LOW; i++) {
			uint16_t port = port_choose_for(&f->ports, TCP, &local, &remote, unused, used[to]);

			assert_in_range(port, PORT_LOW, PORT_HIGH);
			assert_int_not_equal(port, 40000);
			used[to][port] = 1;
		}
		assert_int_equal(port_choose_for(&f->ports, TCP, &local, &remote, unused, used[to]), 0);
	}
	port_release(&f->ports, &bound);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {T(names_conflict_as_on_linux),
	    T(ephemeral_ports_stay_in_range_and_run_out), T(connections_to_different_places_share_ports)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
