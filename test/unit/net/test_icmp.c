/*
 * ICMP and ICMPv6: RFC 792, RFC 1122, 3.2.2, RFC 1191, RFC 1812, 4.3, RFC 4443, RFC 8201.
 */
#include "harness.h"

static size_t
make_icmp4(uint8_t *to, const char *src, const char *dst, const void *msg, size_t len)
{
	size_t n = make4(to, src, dst, IP_PROTO_ICMP4, 0, msg, len);

	be16_put(to + 20 + ICMP_SUM, 0);
	checksum_put(to + 20 + ICMP_SUM, checksum_add(to + 20, len, 0));
	return n;
}

static void
hear_icmp4(struct host *h, const char *src, const char *dst, const void *msg, size_t len)
{
	static uint8_t p[66000];

	host_payload(h, ETH_TYPE_IP4, p, make_icmp4(p, src, dst, msg, len));
}

static void
hear_icmp6(struct host *h, const char *src, const char *dst, const void *msg, size_t len)
{
	static uint8_t p[66000];

	host_payload(h, ETH_TYPE_IP6, p, make_icmp6(p, src, dst, 64, msg, len));
}

/*
 * RFC 1122, 3.2.2.6; RFC 4443, 4.2: all data is returned, from the address that the request went
 * to.
 */
static void
echo_returns_all_of_the_data(void **state)
{
	struct host *h = *state;
	uint8_t msg[1408], f[2000];

	host_address(h, 0, "10.0.0.7", 24);
	for (unsigned i = 0; i < sizeof msg; i++)
		msg[i] = (uint8_t)i;
	icmp_put(msg, ICMP4_ECHO, 0, 0x12345678);
	hear_icmp4(h, "10.0.0.2", "10.0.0.7", msg, sizeof msg);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 20 + sizeof msg);
	assert_int_equal(f[ETH_HDR_LEN + 20], ICMP4_ECHO_REPLY);
	assert_memory_equal(f + ETH_HDR_LEN + 24, msg + 4, sizeof msg - 4);
	assert_int_equal(checksum_add(f + ETH_HDR_LEN + 20, sizeof msg, 0), 0xffff);
	assert_int_equal(f[ETH_HDR_LEN + IP4_SRC + 3], 7);
	icmp_put(msg, ICMP6_ECHO, 0, 0x12345678);
	hear_icmp6(h, "fd00::2", "fd00::1", msg, sizeof msg);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 40 + sizeof msg);
	assert_int_equal(f[ETH_HDR_LEN + 40], ICMP6_ECHO_REPLY);
	assert_memory_equal(f + ETH_HDR_LEN + 44, msg + 4, sizeof msg - 4);
	{
		struct ipaddr s = addr("fd00::1"), d = addr("fd00::2");

		assert_int_equal(checksum_add(f + ETH_HDR_LEN + 40, sizeof msg,
				     checksum_pseudo(&s, &d, IP_PROTO_ICMP6, sizeof msg)),
		    0xffff);
	}
}

/* A wrong checksum, and a message that is too short. */
static void
damaged_messages_are_counted(void **state)
{
	struct host *h = *state;
	uint8_t msg[8] = {ICMP4_ECHO}, p[100];
	size_t n = make_icmp4(p, "10.0.0.2", "10.0.0.1", msg, 8);

	p[27] ^= 1;
	host_payload(h, ETH_TYPE_IP4, p, n);
	n = make_icmp6(p, "fd00::2", "fd00::1", 64, msg, 8);
	p[47] ^= 1;
	host_payload(h, ETH_TYPE_IP6, p, n);
	assert_int_equal(h->core->drops[DROP_ICMP_BAD_SUM], 2);
	host_payload(h, ETH_TYPE_IP4, p, make4(p, "10.0.0.2", "10.0.0.1", IP_PROTO_ICMP4, 0, msg, 7));
	assert_int_equal(h->core->drops[DROP_ICMP_BAD], 1);
	assert_int_equal(h->wire[0].sent.count, 0);
}

static unsigned pings, ping_errors;

static void
ping_input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	(void)self;
	assert_int_equal(icmp_echo_id(pkt->data), 0x77);
	pings += rx->proto;
	pkt_free(pkt);
}

static bool
ping_error(void *self, const struct net_error *e)
{
	(void)self;
	assert_int_equal(icmp_echo_id(e->quoted), 0x77);
	ping_errors++;
	return true;
}

/*
 * Echo replies, and errors about echo requests, go to the registered receiver. Without one they are
 * counted.
 */
static void
replies_reach_the_ping_receiver(void **state)
{
	struct host *h = *state;
	static const struct transport_ops ping = {ping_input, ping_error};
	uint8_t msg[8], quote[100] = {0};

	pings = ping_errors = 0;
	icmp_put(msg, ICMP4_ECHO_REPLY, 0, 0x00770001);
	hear_icmp4(h, "10.0.0.2", "10.0.0.1", msg, 8);
	assert_int_equal(h->core->drops[DROP_ICMP_NO_FLOW], 1);
	core_register_ping(h->core, &ping, h);
	hear_icmp4(h, "10.0.0.2", "10.0.0.1", msg, 8);
	icmp_put(msg, ICMP6_ECHO_REPLY, 0, 0x00770001);
	hear_icmp6(h, "fd00::2", "fd00::1", msg, 8);
	assert_int_equal(pings, IP_PROTO_ICMP4 + IP_PROTO_ICMP6);
	icmp_put(quote, ICMP4_TIME_EXCEEDED, 0, 0);
	icmp_put(msg, ICMP4_ECHO, 0, 0x00770001);
	make_icmp4(quote + 8, "10.0.0.1", "192.0.2.1", msg, 8);
	hear_icmp4(h, "10.0.0.9", "10.0.0.1", quote, 36);
	assert_int_equal(ping_errors, 1);
}

/*
 * RFC 1122, 3.2.2: no errors about errors, groups or later fragments, or to an address that is not
 * one host's.
 */
static void
errors_are_never_answered_with_errors(void **state)
{
	struct host *h = *state;
	uint8_t p[100], msg[36] = {0};
	struct ip_rx rx = {.iface = h->eth[0]};
	static const struct {
		const char *src, *dst;
		uint8_t proto;
		uint16_t frag;
		uint8_t type;
	} never[] = {
	    {"10.0.0.2", "10.0.0.1", 1, 0, ICMP4_UNREACH},
	    {"10.0.0.2", "10.0.0.1", 1, 0, ICMP4_REDIRECT},
	    {"10.0.0.2", "239.1.1.1", 17, 0, 0},
	    {"10.0.0.2", "255.255.255.255", 17, 0, 0},
	    {"10.0.0.2", "10.0.0.255", 17, 0, 0},
	    {"10.0.0.2", "10.0.0.1", 17, 5, 0},
	    {"0.0.0.0", "10.0.0.1", 17, 0, 0},
	    {"224.0.0.1", "10.0.0.1", 17, 0, 0},
	    {"127.0.0.1", "10.0.0.1", 17, 0, 0},
	    {"255.255.255.255", "10.0.0.1", 17, 0, 0},
	};

	for (unsigned i = 0; i < sizeof never / sizeof never[0]; i++) {
		size_t n;
		struct pkt *pkt;

		msg[0] = never[i].type;
		n = make4(p, never[i].src, never[i].dst, never[i].proto, never[i].frag, msg, sizeof msg);
		pkt = pkt_from_bytes(h->pool, p, n);
		pkt->l3 = pkt->data;
		pkt->ifindex = 1;
		rx.src = ip4_src(p);
		rx.dst = ip4_dst(p);
		core_refuse(h->core, pkt, &rx, LEAT_ECONNREFUSED);
		pkt_free(pkt);
		assert_int_equal(h->wire[0].sent.count, 0);
	}
}

/* RFC 4443, 2.4 (e). */
static void
errors6_are_never_answered_with_errors(void **state)
{
	struct host *h = *state;
	uint8_t p[100], msg[8] = {0};
	struct ip_rx rx = {.iface = h->eth[0]};
	static const struct {
		const char *src, *dst;
		uint8_t proto, type;
	} never[] = {
	    {"fd00::2", "fd00::1", 58, ICMP6_UNREACH},
	    {"fd00::2", "fd00::1", 58, ICMP6_REDIRECT},
	    {"fd00::2", "ff02::1", 17, 0},
	    {"::", "fd00::1", 17, 0},
	    {"ff02::1", "fd00::1", 17, 0},
	};

	for (unsigned i = 0; i < sizeof never / sizeof never[0]; i++) {
		struct pkt *pkt;
		size_t n;

		msg[0] = never[i].type;
		n = make6(p, never[i].src, never[i].dst, never[i].proto, 64, msg, sizeof msg);
		pkt = pkt_from_bytes(h->pool, p, n);
		pkt->l3 = pkt->data;
		pkt->ifindex = 1;
		rx.src = ip6_src(p);
		rx.dst = ip6_dst(p);
		core_refuse(h->core, pkt, &rx, LEAT_ECONNREFUSED);
		pkt_free(pkt);
		assert_int_equal(h->wire[0].sent.count, 0);
	}
}

/* RFC 1812, 4.3.2.3: as much is quoted as fits 576 octets. RFC 4443, 2.4 (c): as fits 1280. */
static void
as_much_as_allowed_is_quoted(void **state)
{
	struct host *h = *state;
	uint8_t p[2000], f[2000], msg[1400] = {9, 8, 7};

	host_payload(h, ETH_TYPE_IP4, p, make4(p, "10.0.0.2", "10.0.0.1", 253, 0, msg, sizeof msg));
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 576);
	assert_memory_equal(f + ETH_HDR_LEN + 28, p, 548);
	assert_int_equal(checksum_add(f + ETH_HDR_LEN + 20, 556, 0), 0xffff);
	host_payload(h, ETH_TYPE_IP6, p, make6(p, "fd00::2", "fd00::1", 253, 64, msg, sizeof msg));
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 1280);
	assert_memory_equal(f + ETH_HDR_LEN + 48, p, 1232);
	assert_int_equal(f[ETH_HDR_LEN + 40], ICMP6_PARAM);
	assert_int_equal(f[ETH_HDR_LEN + 41], ICMP6_PARAM_NEXT);
	assert_int_equal(be32_get(f + ETH_HDR_LEN + 44), IP6_NEXT);
}

/*
 * RFC 1812, 4.3.2.8: a burst, then a fixed number per second. Errors that are not sent are counted.
 */
static void
errors_are_rate_limited(void **state)
{
	struct host *h = *state;
	uint8_t p[100];
	size_t n = make4(p, "10.0.0.2", "10.0.0.1", 253, 0, "12345678", 8);

	for (unsigned i = 0; i < 1000; i++)
		host_payload(h, ETH_TYPE_IP4, p, n);
	assert_int_equal(h->wire[0].sent.count, ICMP_RATE_ONE_BURST);
	assert_int_equal(h->core->drops[DROP_ICMP_RATE], 1000 - ICMP_RATE_ONE_BURST);
	host_discard(h);
	host_advance(h, SEC / 10);
	for (unsigned i = 0; i < 1000; i++)
		host_payload(h, ETH_TYPE_IP4, p, n);
	assert_int_equal(h->wire[0].sent.count, ICMP_RATE_ONE / 10);
}

/* Passes in an error. The quoted packet, of this host or not, is cut after @quoted octets. */
static void
hear_error4(
    struct host *h, uint8_t type, uint8_t code, uint32_t rest, const char *from, size_t quoted, uint16_t frag)
{
	uint8_t msg[300], data[100] = {1, 2, 3, 4, 5, 6, 7, 8};

	icmp_put(msg, type, code, rest);
	make4(msg + 8, from, "192.0.2.1", TEST_PROTO, frag, data, sizeof data);
	be16_put(msg + 8 + IP4_LEN, 1500); /* the original was longer */
	hear_icmp4(h, "10.0.0.9", "10.0.0.1", msg, 8 + quoted);
}

struct row {
	uint8_t type, code;
	int error;
	enum net_error_kind kind;
};

/* All of Linux's icmp_err_convert, and what its icmp_rcv() does with the other errors. */
static void
errors_mean_what_linux_says(void **state)
{
	struct host *h = *state;
	static const struct row rows[] = {
	    {3, 0, LEAT_ENETUNREACH, NET_ERROR_SOFT},
	    {3, 1, LEAT_EHOSTUNREACH, NET_ERROR_SOFT},
	    {3, 2, LEAT_ENOPROTOOPT, NET_ERROR_HARD},
	    {3, 3, LEAT_ECONNREFUSED, NET_ERROR_HARD},
	    {3, 4, LEAT_EMSGSIZE, NET_ERROR_PMTU},
	    {3, 5, LEAT_EOPNOTSUPP, NET_ERROR_SOFT},
	    {3, 6, LEAT_ENETUNREACH, NET_ERROR_HARD},
	    {3, 7, LEAT_EHOSTDOWN, NET_ERROR_HARD},
	    {3, 8, LEAT_ENONET, NET_ERROR_HARD},
	    {3, 9, LEAT_ENETUNREACH, NET_ERROR_HARD},
	    {3, 10, LEAT_EHOSTUNREACH, NET_ERROR_HARD},
	    {3, 11, LEAT_ENETUNREACH, NET_ERROR_SOFT},
	    {3, 12, LEAT_EHOSTUNREACH, NET_ERROR_SOFT},
	    {3, 13, LEAT_EHOSTUNREACH, NET_ERROR_HARD},
	    {3, 14, LEAT_EHOSTUNREACH, NET_ERROR_HARD},
	    {3, 15, LEAT_EHOSTUNREACH, NET_ERROR_HARD},
	    {11, 0, LEAT_EHOSTUNREACH, NET_ERROR_SOFT},
	    {12, 0, LEAT_EPROTO, NET_ERROR_HARD},
	    {12, 1, LEAT_EPROTO, NET_ERROR_HARD},
	};
	static const uint8_t silent[][2] = {{3, 16}, {3, 255}, {11, 1}};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		hear_error4(h, rows[i].type, rows[i].code, 1400, "10.0.0.1", 28, 0);
		assert_int_equal(h->errors, i + 1);
		assert_int_equal(h->error.error, rows[i].error);
		assert_int_equal(h->error.kind, rows[i].kind);
		assert_false(h->error.own);
		assert_int_equal(h->error.quoted_len, 8);
		assert_int_equal(ipaddr_v4_number(&h->error.remote), 0xc0000201);
	}
	h->errors = 0;
	for (unsigned i = 0; i < sizeof silent / sizeof silent[0]; i++)
		hear_error4(h, silent[i][0], silent[i][1], 0, "10.0.0.1", 28, 0);
	assert_int_equal(h->errors, 0);
	assert_int_equal(h->core->drops[DROP_ICMP_IGNORED], 3);
}

/* RFC 5927: quotes that are too short, of foreign packets, or of later fragments are useless. */
static void
errors_about_nothing_of_ours_are_counted(void **state)
{
	struct host *h = *state;

	hear_error4(h, 3, 3, 0, "10.0.0.1", 27, 0);
	hear_error4(h, 3, 3, 0, "10.0.0.1", 0, 0);
	assert_int_equal(h->core->drops[DROP_ICMP_BAD], 2);
	hear_error4(h, 3, 3, 0, "10.0.0.5", 28, 0);
	hear_error4(h, 3, 3, 0, "10.0.0.1", 28, 1);
	assert_int_equal(h->core->drops[DROP_ICMP_NO_FLOW], 2);
	hear_error4(h, 3, 77, 0, "10.0.0.1", 28, 0);
	hear_error4(h, ICMP4_QUENCH, 0, 0, "10.0.0.1", 28, 0);   /* RFC 6633 */
	hear_error4(h, ICMP4_REDIRECT, 1, 0, "10.0.0.1", 28, 0); /* routes are configured */
	assert_int_equal(h->core->drops[DROP_ICMP_IGNORED], 3);
	assert_int_equal(h->errors, 0);
}

static uint32_t
mtu_to(struct host *h, const char *dst)
{
	struct ipaddr d = addr(dst);
	struct path path;

	assert_int_equal(route_find(h->core, &d, NULL, 0, &path), 0);
	return path.mtu;
}

/*
 * RFC 1191: the path's MTU is learned and reported, kept for ten minutes, and never below 576. For
 * old routers the plateaus apply.
 */
static void
path_mtu_is_learned(void **state)
{
	struct host *h = *state;
	uint64_t before = route_generation(h->core);

	hear_error4(h, 3, 4, 1400, "10.0.0.1", 28, 0);
	assert_int_equal(h->error.kind, NET_ERROR_PMTU);
	assert_int_equal(h->error.mtu, 1400);
	assert_int_equal(mtu_to(h, "192.0.2.1"), 1400);
	assert_int_equal(mtu_to(h, "192.0.2.2"), 1500);
	assert_true(route_generation(h->core) != before);
	hear_error4(h, 3, 4, 1450, "10.0.0.1", 28, 0);
	assert_int_equal(mtu_to(h, "192.0.2.1"), 1400);
	hear_error4(h, 3, 4, 1500, "10.0.0.1", 28, 0); /* impossible: the packet was no longer than that */
	assert_int_equal(h->core->drops[DROP_ICMP_BAD], 1);
	hear_error4(h, 3, 4, 68, "10.0.0.1", 28, 0);
	assert_int_equal(mtu_to(h, "192.0.2.1"), 576);
	host_advance(h, 601 * SEC);
	assert_int_equal(mtu_to(h, "192.0.2.1"), 1500);
	hear_error4(h, 3, 4, 0, "10.0.0.1", 28, 0);
	assert_int_equal(mtu_to(h, "192.0.2.1"), 1492);
}

static const struct transport_ops judge = {test_input, test_error, true};

/*
 * RFC 5927, 4.1, 7.2: a transport that knows its data in flight checks the error and learns the MTU
 * itself.
 */
static void
path_mtu_is_left_to_a_transport_that_validates(void **state)
{
	struct host *h = *state;

	core_register_transport(h->core, TEST_PROTO, NULL, NULL);
	core_register_transport(h->core, TEST_PROTO, &judge, h);
	hear_error4(h, 3, 4, 1400, "10.0.0.1", 28, 0);
	assert_int_equal(h->error.mtu, 1400);
	assert_int_equal(mtu_to(h, "192.0.2.1"), 1500);
}

static void
hear_error6(struct host *h, uint8_t type, uint8_t code, uint32_t rest, const char *from)
{
	uint8_t msg[300], data[100] = {1, 2, 3, 4, 5, 6, 7, 8};

	icmp_put(msg, type, code, rest);
	make6(msg + 8, from, "2001:db8::1", TEST_PROTO, 64, data, sizeof data);
	be16_put(msg + 8 + IP6_LEN, 1460);
	hear_icmp6(h, "fd00::9", "fd00::1", msg, 148);
}

/* All of Linux's icmpv6_err_convert. */
static void
errors6_mean_what_linux_says(void **state)
{
	struct host *h = *state;
	static const struct row rows[] = {
	    {1, 0, LEAT_ENETUNREACH, NET_ERROR_SOFT}, {1, 1, LEAT_EACCES, NET_ERROR_HARD},
	    {1, 2, LEAT_EHOSTUNREACH, NET_ERROR_SOFT}, {1, 3, LEAT_EHOSTUNREACH, NET_ERROR_SOFT},
	    {1, 4, LEAT_ECONNREFUSED, NET_ERROR_HARD}, {1, 5, LEAT_EACCES, NET_ERROR_HARD},
	    {1, 6, LEAT_EACCES, NET_ERROR_HARD}, {1, 7, LEAT_EPROTO, NET_ERROR_HARD},
	    {1, 255, LEAT_EPROTO, NET_ERROR_HARD}, {2, 0, LEAT_EMSGSIZE, NET_ERROR_PMTU},
	    {3, 0, LEAT_EHOSTUNREACH, NET_ERROR_SOFT}, {3, 1, LEAT_EHOSTUNREACH, NET_ERROR_SOFT},
	    {4, 0, LEAT_EPROTO, NET_ERROR_HARD}, {4, 1, LEAT_EPROTO, NET_ERROR_HARD},
	    {4, 2, LEAT_EPROTO, NET_ERROR_HARD}, {5, 0, LEAT_EPROTO, NET_ERROR_SOFT}, /* an unknown error */
	};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		hear_error6(h, rows[i].type, rows[i].code, 1400, "fd00::1");
		assert_int_equal(h->errors, i + 1);
		assert_int_equal(h->error.error, rows[i].error);
		assert_int_equal(h->error.kind, rows[i].kind);
		assert_int_equal(h->error.v6, 1);
	}
	hear_error6(h, 1, 4, 0, "fd00::5");
	assert_int_equal(h->core->drops[DROP_ICMP_NO_FLOW], 1);
}

/* RFC 8201, 4: an MTU below 1280 is ignored. */
static void
path_mtu6_is_learned(void **state)
{
	struct host *h = *state;

	hear_error6(h, ICMP6_TOO_BIG, 0, 1279, "fd00::1");
	assert_int_equal(h->errors, 0);
	assert_int_equal(mtu_to(h, "2001:db8::1"), 1500);
	hear_error6(h, ICMP6_TOO_BIG, 0, 1300, "fd00::1");
	assert_int_equal(h->error.mtu, 1300);
	assert_int_equal(mtu_to(h, "2001:db8::1"), 1300);
}

/*
 * RFC 8201, 4; RFC 5927, 7: the quoted packet must belong to a local flow. Otherwise anyone could
 * shrink every path.
 */
static void
path_mtu_of_no_flow_is_not_learned(void **state)
{
	struct host *h = *state;

	h->no_flow = true;
	hear_error4(h, 3, 4, 1400, "10.0.0.1", 28, 0);
	hear_error6(h, ICMP6_TOO_BIG, 0, 1300, "fd00::1");
	core_register_transport(h->core, TEST_PROTO, NULL, NULL); /* an unsupported protocol */
	hear_error4(h, 3, 4, 1400, "10.0.0.1", 28, 0);
	assert_int_equal(h->core->drops[DROP_ICMP_NO_FLOW], 3);
	assert_int_equal(mtu_to(h, "192.0.2.1"), 1500);
	assert_int_equal(mtu_to(h, "2001:db8::1"), 1500);
}

/*
 * RFC 1122, 3.2.2.6: in IPv4, requests to a group may be ignored. RFC 4443, 4.2: in IPv6 they are
 * answered from an address of this host.
 */
static void
echo_to_a_group(void **state)
{
	struct host *h = *state;
	uint8_t msg[8], f[2000];

	icmp_put(msg, ICMP4_ECHO, 0, 0);
	hear_icmp4(h, "10.0.0.2", "10.0.0.255", msg, 8);
	assert_int_equal(h->core->drops[DROP_ICMP_IGNORED], 1);
	icmp_put(msg, ICMP6_ECHO, 0, 0);
	hear_icmp6(h, "fd00::2", "ff02::1", msg, 8);
	assert_int_not_equal(host_sent_bytes(h, 0, f), 0);
	assert_int_equal(f[ETH_HDR_LEN + IP6_SRC], 0xfd);
}

static unsigned others;

static void
others_input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	(void)self;
	(void)rx;
	others++;
	pkt_free(pkt);
}

/* The gateway passes on echo requests for other hosts, and answers its own. */
static void
requests_for_others_reach_the_gateway(void **state)
{
	struct host *h = *state;
	static const struct transport_ops ops = {others_input, NULL};
	uint8_t msg[8];

	others = 0;
	h->core->transparent = true;
	core_register_echo(h->core, &ops, h);
	icmp_put(msg, ICMP4_ECHO, 0, 0);
	hear_icmp4(h, "10.0.0.2", "8.8.8.8", msg, 8);
	assert_int_equal(others, 1);
	assert_int_equal(h->wire[0].sent.count, 0);
	hear_icmp4(h, "10.0.0.2", "10.0.0.1", msg, 8);
	assert_int_equal(h->wire[0].sent.count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    usual_test(echo_returns_all_of_the_data),
	    usual_test(damaged_messages_are_counted),
	    usual_test(replies_reach_the_ping_receiver),
	    usual_test(errors_are_never_answered_with_errors),
	    usual_test(errors6_are_never_answered_with_errors),
	    usual_test(as_much_as_allowed_is_quoted),
	    usual_test(errors_are_rate_limited),
	    usual_test(errors_mean_what_linux_says),
	    usual_test(errors_about_nothing_of_ours_are_counted),
	    usual_test(path_mtu_is_learned),
	    usual_test(path_mtu_is_left_to_a_transport_that_validates),
	    usual_test(errors6_mean_what_linux_says),
	    usual_test(path_mtu6_is_learned),
	    usual_test(path_mtu_of_no_flow_is_not_learned),
	    usual_test(echo_to_a_group),
	    usual_test(requests_for_others_reach_the_gateway),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
