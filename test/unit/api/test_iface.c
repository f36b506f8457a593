/*
 * Hosts that the test drives: interfaces, addresses, routes, neighbours, events.
 */
#include "pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

static void
nowhere(void *arg, const struct leat_span *span, unsigned count, size_t len)
{
}

static void
an_interface_that_makes_no_sense_is_refused(void **state)
{
	static const struct leat_iface_config good = {.size = sizeof good, .transmit = nowhere};
	struct leat_iface_config c = good;
	struct leat_iface *i = NULL;
	struct leat_stack *s;

	leat_stack_new(NULL, &s);
	c.transmit = NULL;
	assert_int_equal(leat_iface_add(s, &c, &i), -LEAT_EINVAL);
	c = good;
	c.name = "a-name-of-16-octets";
	assert_int_equal(leat_iface_add(s, &c, &i), -LEAT_EINVAL);
	c.name = "";
	assert_int_equal(leat_iface_add(s, &c, &i), -LEAT_EINVAL);
	c = good;
	c.mtu = 575;
	assert_int_equal(leat_iface_add(s, &c, &i), -LEAT_EINVAL);
	c.mtu = 65536;
	assert_int_equal(leat_iface_add(s, &c, &i), -LEAT_EINVAL);
	c = good;
	c.mac[0] = 1;
	assert_int_equal(leat_iface_add(s, &c, &i), -LEAT_EINVAL);
	c = good;
	c.flags = LEAT_IFACE_TSO4; /* only the header could say which frames are to be cut */
	assert_int_equal(leat_iface_add(s, &c, &i), -LEAT_EINVAL);
	c.flags = 0x8000;
	assert_int_equal(leat_iface_add(s, &c, &i), -LEAT_EINVAL);
	assert_null(i);
	for (unsigned n = 0; n < 14; n++)
		assert_int_equal(leat_iface_add(s, &good, &i), 0);
	assert_int_equal(leat_iface_add(s, &good, &i), -LEAT_ENOSPC);
	leat_stack_free(s);
	leat_stack_free(NULL);
}

static void
an_interface_describes_itself_as_far_as_the_struct_goes(void **state)
{
	struct pair *p = pair_new(0, 0);
	struct {
		struct leat_iface_info info;
		uint64_t future;
	} big = {.future = 7};
	char name[16];

	leat_iface_info(p->end[0].iface, &big.info, sizeof big);
	assert_string_equal(big.info.name, "eth0");
	assert_int_equal(big.info.mtu, 1500);
	assert_int_equal(big.info.mac[0] & 3, 2); /* a locally administered unicast address */
	assert_int_equal(big.future, 0);
	leat_iface_info(p->end[0].iface, (struct leat_iface_info *)(void *)name, sizeof name);
	assert_string_equal(name, "eth0");
	pair_free(p);
}

static void
addresses_come_and_go(void **state)
{
	struct pair *p = pair_new(0, 0);
	struct leat_prefix a;
	struct leat_addr addr;

	leat_prefix_parse("10.0.0.1/24", &a);
	assert_int_equal(leat_iface_addr_add(p->end[0].iface, &a, 0), -LEAT_EEXIST);
	leat_prefix_parse("10.0.0.7/24", &a);
	assert_int_equal(leat_iface_addr_add(p->end[0].iface, &a, 8), -LEAT_EINVAL);
	assert_int_equal(leat_iface_addr_add(p->end[0].iface, &a, LEAT_ADDR_PROBE), 0);
	leat_addr_parse("10.0.0.7", &addr);
	assert_int_equal(leat_iface_addr_del(p->end[0].iface, &addr), 0);
	assert_int_equal(leat_iface_addr_del(p->end[0].iface, &addr), -LEAT_ENOENT);
	a.bits = 33;
	assert_int_equal(leat_iface_addr_add(p->end[0].iface, &a, 0), -LEAT_EINVAL);
	a.bits = 256 + 24;
	assert_int_equal(leat_iface_addr_add(p->end[0].iface, &a, 0), -LEAT_EINVAL);
	leat_prefix_parse("224.0.0.1/24", &a);
	assert_int_equal(leat_iface_addr_add(p->end[0].iface, &a, 0), -LEAT_EINVAL);
	pair_free(p);
}

static void
routes_come_and_go(void **state)
{
	struct pair *p = pair_new(0, 0);
	struct leat_stack *s = p->end[0].stack;
	struct leat_route r = {.size = sizeof r, .iface = p->end[0].iface, .gateway = p->end[1].addr};
	struct leat_addr far;
	struct leat_sock *sock;

	leat_sock_open(s, LEAT_INET, LEAT_DGRAM, &sock);
	leat_addr_parse("192.0.2.1:9", &far);
	assert_int_equal(leat_sock_connect(sock, &far), -LEAT_ENETUNREACH);
	leat_prefix_parse("0.0.0.0/0", &r.dst);
	assert_int_equal(leat_route_add(s, &r), 0);
	assert_int_equal(leat_route_add(s, &r), -LEAT_EEXIST);
	assert_int_equal(leat_sock_connect(sock, &far), 0);
	assert_int_equal(leat_route_del(s, &r), 0);
	assert_int_equal(leat_route_del(s, &r), -LEAT_ENOENT);
	leat_prefix_parse("::/0", &r.dst); /* and an IPv4 gateway */
	assert_int_equal(leat_route_add(s, &r), -LEAT_EINVAL);
	r.gateway = (struct leat_addr){0};
	r.iface = p->end[1].iface; /* of another host */
	assert_int_equal(leat_route_add(s, &r), -LEAT_EINVAL);
	r.iface = NULL;
	assert_int_equal(leat_route_add(s, &r), -LEAT_EINVAL);
	assert_int_equal(leat_route_add(s, NULL), -LEAT_EINVAL);
	leat_sock_close(sock);
	pair_free(p);
}

static void
count_permanent(void *arg, const struct leat_neigh *n)
{
	if (n->state == LEAT_NEIGH_PERMANENT && n->mac[5] == 9 && n->iface == 2)
		++*(unsigned *)arg;
}

static void
neighbours_can_be_fixed_and_listed(void **state)
{
	struct pair *p = pair_new(0, 0);
	const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};
	struct leat_addr a;
	unsigned n = 0;

	leat_addr_parse("10.0.0.9", &a);
	assert_int_equal(leat_neigh_set(p->end[0].iface, &a, mac), 0);
	leat_neigh_each(p->end[0].stack, count_permanent, &n);
	assert_int_equal(n, 1);
	leat_addr_parse("224.0.0.1", &a);
	assert_int_equal(leat_neigh_set(p->end[0].iface, &a, mac), -LEAT_EINVAL);
	pair_free(p);
	p = pair_new(LEAT_IFACE_RAW_IP, 0);
	assert_int_equal(leat_neigh_set(p->end[0].iface, &p->end[1].addr, mac), -LEAT_EINVAL);
	pair_free(p);
}

static uint64_t
drops(const struct leat_stack *s, const char *name)
{
	unsigned n = 0;

	while (strcmp(leat_drop_name(n), name) != 0)
		n++;
	return leat_stack_drops(s, n);
}

static void
what_is_wrong_with_a_frame_is_counted(void **state)
{
	static uint8_t junk[70000];
	struct pair *p = pair_new(0, 0);
	struct leat_iface *i = p->end[0].iface;
	struct leat_stack *s = p->end[0].stack;

	assert_int_equal(leat_iface_input(i, junk, 3, 5), 0);
	assert_int_equal(drops(s, "TOO_SHORT"), 1);
	assert_int_equal(leat_stack_now(s), 5);
	assert_int_equal(leat_iface_input(i, junk, 0, 6), 0);
	assert_int_equal(drops(s, "TOO_SHORT"), 2);
	assert_int_equal(leat_iface_input(i, junk, sizeof junk, 7), -LEAT_EMSGSIZE);
	assert_int_equal(drops(s, "IFACE_MTU"), 1);
	assert_int_equal(leat_stack_drops(s, 100000), 0);
	pair_free(p);
	p = pair_new(LEAT_IFACE_VNET_HDR, 0);
	assert_int_equal(leat_iface_input(p->end[0].iface, junk, 9, 5), -LEAT_EINVAL);
	memset(junk, 0xff, 10);
	assert_int_equal(leat_iface_input(p->end[0].iface, junk, 60, 5), -LEAT_EINVAL);
	assert_int_equal(drops(p->end[0].stack, "VIRTIO_BAD"), 2);
	pair_free(p);
}

struct seen {
	unsigned open, close, wanted_not;
	uint32_t error;
	uint64_t octets;
};

static void
see(void *arg, const struct leat_event *e)
{
	struct seen *s = arg;

	if (e->kind == LEAT_EVENT_TCP_OPEN && e->flow && e->host == 1 && e->u.tcp.remote.port == 80)
		s->open++;
	else if (e->kind == LEAT_EVENT_TCP_CLOSE) {
		s->close++;
		s->error = e->u.tcp.error;
		s->octets = e->u.tcp.info->tcpi_bytes_acked;
	} else
		s->wanted_not++;
}

static void
only_the_events_that_were_asked_for_are_reported(void **state)
{
	struct pair *p = pair_new(0, 0);
	struct leat_sock *sock[2];
	struct seen s = {0};

	leat_stack_watch(p->end[0].stack, 1u << LEAT_EVENT_TCP_OPEN | 1u << LEAT_EVENT_TCP_CLOSE, see, &s);
	pair_connect(p, sock);
	assert_int_equal(leat_sock_send(sock[0], "hello", 5, 0, NULL), 5);
	pair_run(p, LEAT_SEC);
	leat_sock_abort(sock[1]);
	pair_run(p, LEAT_SEC);
	assert_int_equal(s.open, 1);
	assert_int_equal(s.close, 1);
	assert_int_equal(s.error, LEAT_ECONNRESET);
	assert_true(s.octets >= 5);
	assert_int_equal(s.wanted_not, 0);
	leat_stack_watch(p->end[0].stack, 0, NULL, NULL);
	leat_sock_close(sock[0]);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_interface_that_makes_no_sense_is_refused),
	    cmocka_unit_test(an_interface_describes_itself_as_far_as_the_struct_goes),
	    cmocka_unit_test(addresses_come_and_go),
	    cmocka_unit_test(routes_come_and_go),
	    cmocka_unit_test(neighbours_can_be_fixed_and_listed),
	    cmocka_unit_test(what_is_wrong_with_a_frame_is_counted),
	    cmocka_unit_test(only_the_events_that_were_asked_for_are_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
