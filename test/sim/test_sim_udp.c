/*
 * Sends datagrams in both directions over a bad link: of all sizes that IP can carry, so also in
 * fragments; several at once (UDP_SEGMENT); from connected and unconnected sockets; echo requests;
 * and to a closed port. Each octet that arrives must be right. Over a link that only delays, all
 * datagrams must arrive, in order.
 */
#include "wire/icmp.h"
#include "world.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 9000, SENDS = 60, SIZE_MAX_UDP = 20000, HEAD = 16 };

struct end {
	struct flood *flood;
	unsigned who;
	struct sock *sk;
	struct timer tick;
	uint64_t key;
	uint32_t sends, datagrams, got, next;
	bool connected;
};

struct flood {
	struct world *w;
	struct end end[2];
	struct sock *ping, *refused;
	bool clean;
	unsigned pongs, refusals;
	uint8_t buf[65536];
};

/* A datagram: its number, its length, then the pattern. */
static size_t
make(struct end *e, uint8_t *to, size_t len)
{
	be64_put(to, e->datagrams);
	be64_put(to + 8, len);
	world_pattern(e->key + e->datagrams, 0, to + HEAD, len - HEAD);
	e->datagrams++;
	return len;
}

/*
 * Returns how many bits of pattern @key are wrong. The checksum finds every single wrong bit. If
 * the link flips two bits, in two fragments of one datagram, they may cancel each other out in the
 * checksum.
 */
static unsigned
wrong_bits(uint64_t key, const uint8_t *octets, size_t n)
{
	static uint8_t expect[65536];
	unsigned bits = 0;

	world_pattern(key, 0, expect, n);
	for (size_t i = 0; i < n; i++)
		bits += (unsigned)__builtin_popcount(expect[i] ^ octets[i]);
	return bits;
}

static void
check(struct end *e, const uint8_t *octets, size_t n)
{
	struct world *w = e->flood->w;
	const struct end *peer = &e->flood->end[!e->who];
	uint64_t number;

	if (n < HEAD || be64_get(octets + 8) != n) {
		world_fail(w, "a datagram of the wrong length, %zu", n);
		return;
	}
	number = be64_get(octets);
	if (number >= peer->datagrams || wrong_bits(peer->key + number, octets + HEAD, n - HEAD) == 1)
		world_fail(w, "datagram %" PRIu64 " is wrong", number);
	if (e->flood->clean && number != e->next++)
		world_fail(w, "datagram %" PRIu64 " instead of %u", number, e->next - 1);
	e->got++;
}

static void
on_readable(struct sock *sk, void *arg)
{
	struct end *e = arg;
	struct sock_msg msg;
	ssize_t n;

	while ((n = sock_recv(sk, e->flood->buf, sizeof e->flood->buf, 0, &msg)) >= 0) {
		/* Nothing protects IPv6's hop limit from a flipped bit (RFC 8200). */
		if (msg.truncated || msg.full_len != (size_t)n ||
		    (msg.ttl != 64 && (e->flood->clean || !e->flood->w->v6)))
			world_fail(e->flood->w, "a datagram's marks are wrong");
		if (!ipaddr_eq(&msg.local.addr, &e->flood->w->addr[e->who]) ||
		    msg.local.port != PORT + e->who)
			world_fail(e->flood->w, "a datagram's local address is wrong");
		check(e, e->flood->buf, (size_t)n);
	}
	if (n != -LEAT_EAGAIN)
		world_fail(e->flood->w, "reading: %s", err_name((int)n));
}

static void
send_one(struct end *e)
{
	struct flood *f = e->flood;
	struct rng *r = &f->w->rng;
	struct sock_msg msg = {0};
	size_t len = 0, seg;
	ssize_t n;

	if (!e->connected)
		msg.peer = world_endpoint(f->w, !e->who, (uint16_t)(PORT + !e->who));
	if (rng_below(r, 4) == 0) { /* several datagrams of one size */
		seg = world_between(r, 100, 1000);
		for (unsigned i = (unsigned)world_between(r, 2, 20); i; i--)
			len += make(e, f->buf + len, seg);
		msg.seg_size = (uint16_t)seg;
	} else {
		len = make(e, f->buf, world_between(r, HEAD, rng_below(r, 4) ? 1400 : SIZE_MAX_UDP));
	}
	n = sock_send(e->sk, f->buf, len, 0, &msg);
	/*
	 * On a bad link, the neighbour may not answer. Then datagrams that wait for it are refused.
	 */
	if (n != (ssize_t)len && (f->clean || (n != -LEAT_EHOSTUNREACH && n != -LEAT_ENOBUFS)))
		world_fail(f->w, "sending %zu: %s", len, err_name((int)n));
}

static void
on_tick(struct timer *t)
{
	struct end *e = container_of(t, struct end, tick);

	send_one(e);
	if (++e->sends < SENDS)
		timer_arm(sim_wheel(e->flood->w->sim), t,
		    sim_now(e->flood->w->sim) + (nsec_t)world_between(&e->flood->w->rng, 0, 40) * MSEC);
}

static void
on_pong(struct sock *sk, void *arg)
{
	struct flood *f = arg;
	ssize_t n;

	while ((n = sock_recv(sk, f->buf, sizeof f->buf, 0, NULL)) > 0) {
		if (n != 64 || icmp_type(f->buf) != (f->w->v6 ? ICMP6_ECHO_REPLY : ICMP4_ECHO_REPLY))
			world_fail(f->w, "a wrong echo reply of %zd octets", n);
		if (world_compare(1, 0, f->buf + ICMP_HDR_LEN, 64 - ICMP_HDR_LEN) >= 0)
			world_fail(f->w, "an echo reply with wrong octets");
		f->pongs++;
	}
}

static void
on_refusal(struct sock *sk, void *arg)
{
	struct flood *f = arg;
	uint8_t octet;

	if (sock_ready(sk) & LEAT_ERR) {
		ssize_t n = sock_recv(sk, &octet, 1, 0, NULL);

		if (n != -LEAT_ECONNREFUSED)
			world_fail(f->w, "a closed port answers %zd", n);
		f->refusals++;
	}
}

static void
open_end(struct flood *f, unsigned who)
{
	struct end *e = &f->end[who];
	struct endpoint at = world_endpoint(f->w, who, (uint16_t)(PORT + who));
	struct endpoint to = world_endpoint(f->w, !who, (uint16_t)(PORT + !who));
	int big = 8 << 20;

	e->flood = f;
	e->who = who;
	e->key = rng_u64(&f->w->rng);
	e->connected = rng_below(&f->w->rng, 2);
	timer_init(&e->tick, on_tick);
	if (sock_open(stack_socks(f->w->host[who]), f->w->v6, SOCK_TYPE_DGRAM, &e->sk) ||
	    sock_bind(e->sk, &at))
		world_fail(f->w, "cannot open");
	sock_setopt(e->sk, 1, 33, &big, sizeof big);
	if (e->connected && sock_connect(e->sk, &to))
		world_fail(f->w, "cannot connect");
	sock_watch(e->sk, on_readable, e);
	timer_arm(sim_wheel(f->w->sim), &e->tick, 0);
}

/* Sends an echo request, and a datagram to a closed port. */
static void
open_others(struct flood *f)
{
	struct endpoint closed = world_endpoint(f->w, 1, 1), peer = world_endpoint(f->w, 1, 0);
	struct socks *socks = stack_socks(f->w->host[0]);
	uint8_t echo[64] = {f->w->v6 ? ICMP6_ECHO : ICMP4_ECHO};

	world_pattern(1, 0, echo + ICMP_HDR_LEN, sizeof echo - ICMP_HDR_LEN);
	sock_open(socks, f->w->v6, SOCK_TYPE_PING, &f->ping);
	sock_watch(f->ping, on_pong, f);
	if (sock_connect(f->ping, &peer) || sock_send(f->ping, echo, sizeof echo, 0, NULL) != sizeof echo)
		world_fail(f->w, "cannot ping");
	sock_open(socks, f->w->v6, SOCK_TYPE_DGRAM, &f->refused);
	sock_watch(f->refused, on_refusal, f);
	if (sock_connect(f->refused, &closed) || sock_send(f->refused, "?", 1, 0, NULL) != 1)
		world_fail(f->w, "cannot send");
}

static void
check_all_came(struct flood *f)
{
	for (unsigned i = 0; i < 2; i++)
		if (f->end[i].got != f->end[!i].datagrams)
			world_fail(f->w, "%u of %u datagrams arrived", f->end[i].got, f->end[!i].datagrams);
	if (f->pongs != 1 || f->refusals != 1)
		world_fail(f->w, "%u echo replies, %u refusals", f->pongs, f->refusals);
}

static bool
run(uint64_t seed, const struct world_options *options, uint64_t *digest)
{
	struct world_options o = *options;
	struct flood *f = calloc(1, sizeof *f);
	bool failed;

	f->clean = o.clean = seed % 2;
	f->w = world_new(seed, &o);
	open_end(f, 0);
	open_end(f, 1);
	open_others(f);
	sim_run(f->w->sim, 3600 * SEC, NULL, NULL);
	if (f->clean)
		check_all_came(f);
	sock_close(f->end[0].sk);
	sock_close(f->end[1].sk);
	sock_close(f->ping);
	sock_close(f->refused);
	failed = world_end(f->w, digest);
	free(f);
	return failed;
}

int
main(int argc, char **argv)
{
	return world_main(argc, argv, run);
}
