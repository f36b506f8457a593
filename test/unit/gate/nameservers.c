/*
 * test/unit/gate/nameservers.c - answers questions as name servers do, or does not.
 */
#include "nameservers.h"

static const struct emu_impair PLAIN = {.delay = 5 * MSEC};

static const char *const addresses[SERVERS] = {"192.0.2.1", "2001:db8::2", "127.0.0.53"};

/* Sends the answer with a few octets changed, or another length, or nothing of it. */
static void
lie(struct server *s, struct io_dgram *d, const struct endpoint *to, const uint8_t *octets, size_t len)
{
	uint8_t wrong[QUESTION_MOST];
	size_t n = rng_below(s->liar, len + 20);

	memset(wrong, (int)rng_below(s->liar, 256), sizeof wrong);
	memcpy(wrong, octets, len);
	for (uint64_t changes = 1 + rng_below(s->liar, 3); changes; changes--)
		wrong[rng_below(s->liar, len)] ^= (uint8_t)(1 + rng_below(s->liar, 255));
	/* Most have the right number, so that the rest is looked at. None of them is the answer. */
	if (rng_below(s->liar, 4))
		memcpy(wrong, octets, 2);
	wrong[len - 1] ^= 1;
	assert_int_equal(d->ops->send_to(d, wrong, n, to), n);
}

static void
answer(struct server *s, struct io_dgram *d, const struct endpoint *from, uint8_t *octets, size_t len)
{
	s->asked++;
	if (s->asked <= s->deaf)
		return;
	be16_put(octets + DNS_FLAGS, (uint16_t)(DNS_QR | s->rcode));
	for (unsigned i = 0; s->liar && i < 20; i++)
		lie(s, d, from, octets, len);
	assert_int_equal(d->ops->send_to(d, octets, len, from), len);
}

static void
on_question(struct io_dgram *d, unsigned events, void *arg)
{
	uint8_t octets[QUESTION_MOST];
	struct endpoint from;
	ssize_t n;

	while ((n = d->ops->recv_from(d, octets, sizeof octets, &from)) >= 0)
		answer(arg, d, &from, octets, (size_t)n);
}

static void
accepted(void *arg, struct io_stream *io)
{
	struct server *s = arg;

	s->asked++;
	io_write(io, "x", 1, 0);
	io_close(io, false);
}

static bool
renew(void *arg, struct gate_names *out)
{
	struct setting *t = arg;

	if (!t->fresh)
		return false;
	t->fresh = false;
	t->renewed++;
	*out = t->names;
	return true;
}

void
setting_begin(struct setting *t, unsigned n)
{
	struct gate_config config = {.renew_names = renew, .names_arg = t};

	*t = (struct setting){.fresh = true, .names = {.servers = n, .timeout = 2, .attempts = 2}};
	for (unsigned i = 0; i < SERVERS; i++) {
		struct server *s = &t->server[i];

		s->rule = (struct simio_rule){
		    .at = world_end(addresses[i], 53), .there = 5 * MSEC, .back = 5 * MSEC};
		if (i < n)
			t->names.server[i] = s->rule.at;
	}
	config.names = t->names;
	t->w = world_new(&PLAIN, 1, &config);
	for (unsigned i = 0; i < SERVERS; i++) {
		struct server *s = &t->server[i];

		assert_int_equal(simio_net_rule(t->w->net, &s->rule), 0);
		world_dgram(t->w, &s->rule.at, on_question, s);
		world_listen(t->w, &s->rule.at, accepted, s);
	}
}

struct sock *
socket_to(struct setting *t, const char *to)
{
	struct endpoint at = world_end(to, 53);
	struct sock *sk;

	assert_int_equal(sock_open(stack_socks(t->w->host), !ipaddr_is4(&at.addr), SOCK_TYPE_DGRAM, &sk), 0);
	assert_int_equal(sock_connect(sk, &at), 0);
	return sk;
}

void
put_question(struct sock *sk, uint16_t id, const char *text)
{
	uint8_t q[QUESTION_MOST];
	struct dns_name name;
	size_t len = DNS_HDR_LEN;

	assert_true(dns_name_parse(text, &name));
	dns_put(q, id, DNS_RD, 1);
	len += dns_question_put(q + len, sizeof q - len, &name, DNS_A, DNS_IN);
	assert_int_equal(sock_send(sk, q, len, 0, NULL), len);
}

bool
readable(void *arg)
{
	return sock_ready(arg) & (LEAT_IN | LEAT_ERR);
}

int
get_answer(struct setting *t, struct sock *sk, uint16_t id, nsec_t *took)
{
	nsec_t begun = world_now(t->w);
	uint8_t r[QUESTION_MOST];

	if (!world_run(t->w, 60 * SEC, readable, sk) || sock_recv(sk, r, sizeof r, 0, NULL) < DNS_HDR_LEN)
		return -1;
	*took = world_now(t->w) - begun;
	assert_int_equal(dns_id(r), id);
	return (int)dns_rcode(r);
}

void
assert_answered(struct setting *t, const char *to, int rcode, nsec_t at_least, nsec_t at_most)
{
	struct sock *sk = socket_to(t, to);
	nsec_t took = 0;

	put_question(sk, 7, "www.example.org");
	assert_int_equal(get_answer(t, sk, 7, &took), rcode);
	assert_in_range(took, at_least, at_most);
	sock_close(sk);
}

void
assert_asked(const struct setting *t, unsigned first, unsigned second, unsigned third)
{
	assert_int_equal(t->server[0].asked, first);
	assert_int_equal(t->server[1].asked, second);
	assert_int_equal(t->server[2].asked, third);
}
