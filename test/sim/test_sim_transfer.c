/*
 * Sends octets in both directions at once over connections between two hosts with a bad link. The
 * seed chooses the link, the family, how much is sent, in which pieces it is written and read, with
 * which pauses, options and buffers, and in which order the sides close. Every octet must be right,
 * each side must see the end, and nothing may be left.
 */
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 65536, PORT = 7000, CONNS = 3, TURN = 16 };

/* When a side ends its sending. */
enum ending {
	END_WHEN_SENT,     /* half-close as soon as all is written */
	END_WHEN_READ,     /* only after the other side's end was read */
	END_BY_CLOSE_LATE, /* close() instead of shutdown(), after writing and reading all */
};

struct side {
	struct transfer *transfer;
	unsigned number; /* of its connection */
	struct sock *sk;
	struct rng rng;
	struct timer wake;
	uint64_t key_out, key_in;
	uint64_t to_send, sent, to_read, read;
	uint64_t write_max, read_max;
	uint32_t pause; /* parts per 1,000,000,000 of turns that end in a pause */
	enum ending ending;
	bool in_place; /* reserve/commit and peek/consume instead of copies */
	bool shut, eof, closed;
};

struct conn {
	struct side side[2];
};

struct transfer {
	struct world *w;
	struct sock *listener;
	struct conn conn[CONNS];
	unsigned conns, accepted, open;
	uint8_t buf[CHUNK];
};

static void work(struct side *s);

static void
on_watch(struct sock *sk, void *arg)
{
	struct side *s = arg;

	if (!timer_armed(&s->wake)) /* otherwise it pauses on purpose */
		work(s);
}

static void
on_wake(struct timer *t)
{
	work(container_of(t, struct side, wake));
}

static void
close_side(struct side *s)
{
	timer_cancel(sim_wheel(s->transfer->w->sim), &s->wake);
	sock_close(s->sk);
	s->closed = true;
	s->transfer->open--;
}

static void
check_octets(struct side *s, const uint8_t *octets, size_t n)
{
	ssize_t at = world_compare(s->key_in, s->read, octets, n);

	if (at >= 0)
		world_fail(s->transfer->w, "octet %" PRIu64 " is wrong", s->read + (uint64_t)at);
	s->read += n;
	if (s->read > s->to_read)
		world_fail(s->transfer->w, "%" PRIu64 " octets read of %" PRIu64, s->read, s->to_read);
}

static ssize_t
read_in_place(struct side *s, size_t want)
{
	struct pkt_span span[4];
	unsigned n = sock_peek(s->sk, span, 4);
	size_t got = 0;

	for (unsigned i = 0; i < n && got < want; i++) {
		size_t len = span[i].len < want - got ? span[i].len : want - got;

		check_octets(s, span[i].at, len);
		got += len;
	}
	if (got)
		sock_consume(s->sk, got);
	return (ssize_t)got;
}

/*
 * The connection was never established: on a bad link, three solicitations of a neighbour or seven
 * segments of a handshake may be lost, and that ends it, as on Linux. The side connects again,
 * unless it has sent octets already: they are lost, so the transfer is given up.
 */
static void
never_established(struct side *s)
{
	struct side *other = &s->transfer->conn[s->number].side[1];
	struct endpoint at = world_endpoint(s->transfer->w, 1, PORT);
	int err;

	if (s->sent || s->shut) {
		close_side(s);
		other->closed = true;
		s->transfer->open--;
		return;
	}
	err = sock_connect(s->sk, &at);
	if (err != -LEAT_ECONNABORTED) /* the error was reported already */
		world_fail(s->transfer->w, "connect after a failure: %s", err_name(err));
	err = sock_connect(s->sk, &at);
	if (err != -LEAT_EINPROGRESS)
		world_fail(s->transfer->w, "second connect: %s", err_name(err));
}

/* Returns true if octets or the end were read. */
static bool
read_some(struct side *s)
{
	size_t want = world_between(&s->rng, 1, s->read_max);
	ssize_t n;

	if (s->eof)
		return false;
	if (s->in_place && read_in_place(s, want) > 0)
		return true;
	n = sock_recv(s->sk, s->transfer->buf, want, 0, NULL);
	if (n == -LEAT_EAGAIN)
		return false;
	if (n < 0 && !s->transfer->conn[s->number].side[1].sk) {
		never_established(s);
		return false;
	}
	if (n < 0) {
		world_fail(s->transfer->w, "reading failed with %s after %" PRIu64 " of %" PRIu64 " octets",
		    err_name((int)n), s->read, s->to_read);
		return false;
	}
	if (n > 0) {
		check_octets(s, s->transfer->buf, (size_t)n);
		return true;
	}
	s->eof = true;
	if (s->read != s->to_read)
		world_fail(s->transfer->w, "the end came after %" PRIu64 " of %" PRIu64 " octets", s->read,
		    s->to_read);
	return true;
}

static ssize_t
write_octets(struct side *s, size_t want)
{
	void *at;
	ssize_t n;

	if (!s->in_place) {
		world_pattern(s->key_out, s->sent, s->transfer->buf, want);
		return sock_send(s->sk, s->transfer->buf, want, rng_below(&s->rng, 8) ? 0 : SOCK_MORE, NULL);
	}
	n = sock_reserve(s->sk, want, &at);
	if (n <= 0)
		return n ? n : -LEAT_EAGAIN;
	if ((size_t)n > want)
		n = (ssize_t)want;
	world_pattern(s->key_out, s->sent, at, (size_t)n);
	sock_commit(s->sk, (size_t)n);
	return n;
}

static bool
write_some(struct side *s)
{
	uint64_t left = s->to_send - s->sent;
	size_t want = world_between(&s->rng, 1, s->write_max);
	ssize_t n;

	if (!left)
		return false;
	n = write_octets(s, want < left ? want : left);
	if (n == -LEAT_EAGAIN)
		return false;
	if (n <= 0) {
		world_fail(s->transfer->w, "writing failed with %s after %" PRIu64 " of %" PRIu64 " octets",
		    err_name((int)n), s->sent, s->to_send);
		return false;
	}
	s->sent += (uint64_t)n;
	return true;
}

static void
maybe_end(struct side *s)
{
	bool sent = s->sent == s->to_send;

	if (sent && !s->shut && (s->ending == END_WHEN_SENT || (s->ending == END_WHEN_READ && s->eof))) {
		int err = sock_shutdown(s->sk, SOCK_SHUT_WR);

		s->shut = true;
		if (err)
			world_fail(s->transfer->w, "shutdown: %s", err_name(err));
	}
	if (sent && s->eof)
		close_side(s);
}

static void
work(struct side *s)
{
	struct world *w = s->transfer->w;
	bool busy = true;

	if (s->closed || w->failed || (sock_ready(s->sk) & (LEAT_IN | LEAT_OUT | LEAT_ERR)) == 0)
		return;
	for (unsigned i = 0; i < TURN && busy && !w->failed; i++) {
		busy = read_some(s);
		if (s->closed)
			return;
		busy |= write_some(s);
	}
	if (w->failed)
		return;
	maybe_end(s);
	if (s->closed)
		return;
	if (rng_chance(&s->rng, s->pause))
		timer_arm(sim_wheel(w->sim), &s->wake,
		    sim_now(w->sim) + (nsec_t)world_between(&s->rng, 0, 300) * MSEC);
	else if (busy) /* there is more to do: soon, after the other events */
		timer_arm(sim_wheel(w->sim), &s->wake, sim_now(w->sim));
}

static void
set_option(struct side *s, int level, int name, int value)
{
	int err = sock_setopt(s->sk, level, name, &value, sizeof value);

	if (err)
		world_fail(s->transfer->w, "option %d of level %d: %s", name, level, err_name(err));
}

/* SO_SNDBUF, SO_RCVBUF, TCP_NODELAY, TCP_CORK, SO_KEEPALIVE, TCP_QUICKACK: each in some seeds. */
static void
set_options(struct side *s)
{
	if (rng_below(&s->rng, 4) == 0)
		set_option(s, 1, 7, (int)world_between(&s->rng, 1000, 200000));
	if (rng_below(&s->rng, 4) == 0)
		set_option(s, 1, 8, (int)world_between(&s->rng, 1000, 200000));
	if (rng_below(&s->rng, 3) == 0)
		set_option(s, 6, 1, 1);
	if (rng_below(&s->rng, 6) == 0)
		set_option(s, 6, 3, 1);
	if (rng_below(&s->rng, 4) == 0)
		set_option(s, 1, 9, 1);
	if (rng_below(&s->rng, 4) == 0)
		set_option(s, 6, 12, 1);
}

static void
start_side(struct side *s, struct sock *sk)
{
	s->sk = sk;
	set_options(s);
	sock_watch(sk, on_watch, s);
	work(s);
}

static void
on_accept(struct sock *listener, void *arg)
{
	struct transfer *t = arg;
	struct sock *child;

	while (t->accepted < t->conns && sock_accept(listener, &child) == 0) {
		struct endpoint peer;

		sock_remote(child, &peer);
		start_side(&t->conn[peer.port - PORT - 1].side[1], child);
		t->accepted++;
	}
}

static uint64_t
draw_size(struct rng *r)
{
	static const uint64_t most[] = {0, 10, 3000, 30000, 100000, 300000};

	return rng_below(r, most[rng_below(r, 6)] + 1);
}

static void
draw_side(struct transfer *t, struct side *s, uint64_t stream)
{
	struct rng *r = &t->w->rng;

	s->transfer = t;
	rng_fork(&s->rng, t->w->seed, 100 + stream);
	timer_init(&s->wake, on_wake);
	s->key_out = rng_u64(r);
	s->to_send = draw_size(r);
	s->write_max = rng_below(r, 2) ? CHUNK : world_between(r, 1, 3000);
	s->read_max = rng_below(r, 2) ? CHUNK : world_between(r, 1, 3000);
	s->pause = rng_below(r, 3) ? 0 : (uint32_t)rng_below(r, 300000000);
	s->in_place = rng_below(r, 2);
	t->open++;
}

static void
draw_conn(struct transfer *t, unsigned i)
{
	struct side *a = &t->conn[i].side[0], *b = &t->conn[i].side[1];

	draw_side(t, a, 2 * i);
	draw_side(t, b, 2 * i + 1);
	a->number = b->number = i;
	a->key_in = b->key_out;
	b->key_in = a->key_out;
	a->to_read = b->to_send;
	b->to_read = a->to_send;
	/* One side must begin to end, or both would wait for the other. */
	switch (rng_below(&t->w->rng, 4)) {
	case 0:
		a->ending = END_WHEN_READ;
		break;
	case 1:
		b->ending = END_WHEN_READ;
		break;
	case 2:
		a->ending = END_BY_CLOSE_LATE;
		break;
	default:
		break;
	}
}

static void
start(struct transfer *t)
{
	struct world *w = t->w;
	struct endpoint at = world_endpoint(w, 1, PORT);

	sock_open(stack_socks(w->host[1]), w->v6, SOCK_TYPE_STREAM, &t->listener);
	if (sock_bind(t->listener, &at) || sock_listen(t->listener, CONNS))
		world_fail(w, "cannot listen");
	sock_watch(t->listener, on_accept, t);
	for (unsigned i = 0; i < t->conns; i++) {
		struct endpoint from = world_endpoint(w, 0, (uint16_t)(PORT + 1 + i));
		struct sock *sk;
		int err;

		draw_conn(t, i);
		sock_open(stack_socks(w->host[0]), w->v6, SOCK_TYPE_STREAM, &sk);
		t->conn[i].side[0].sk = sk;
		if (sock_bind(sk, &from))
			world_fail(w, "cannot bind");
		err = sock_connect(sk, &at);
		if (err != -LEAT_EINPROGRESS)
			world_fail(w, "connect: %s", err_name(err));
		start_side(&t->conn[i].side[0], sk);
	}
}

static bool
finished(void *arg)
{
	struct transfer *t = arg;

	return t->open == 0 || t->w->failed;
}

static void
report_unfinished(struct transfer *t)
{
	for (unsigned i = 0; i < 2 * t->conns; i++) {
		struct side *s = &t->conn[i / 2].side[i % 2];

		if (!s->closed)
			world_fail(t->w,
			    "connection %u, side %u does not end: sent %" PRIu64 " of %" PRIu64
			    ", read %" PRIu64 " of %" PRIu64 ", ready 0x%x",
			    i / 2, i % 2, s->sent, s->to_send, s->read, s->to_read,
			    s->sk ? sock_ready(s->sk) : 0);
	}
}

static bool
run(uint64_t seed, const struct world_options *options, uint64_t *digest)
{
	struct transfer *t = calloc(1, sizeof *t);
	struct world *w = world_new(seed, options);
	bool failed;

	t->w = w;
	t->conns = rng_below(&w->rng, 4) ? 1 : (unsigned)world_between(&w->rng, 1, CONNS);
	start(t);
	if (!w->failed)
		sim_run(w->sim, 3600 * SEC, finished, t);
	report_unfinished(t);
	for (unsigned i = 0; i < 2 * t->conns; i++)
		timer_cancel(sim_wheel(w->sim), &t->conn[i / 2].side[i % 2].wake);
	sock_close(t->listener);
	failed = world_end(w, digest);
	free(t);
	return failed;
}

int
main(int argc, char **argv)
{
	return world_main(argc, argv, run);
}
