/*
 * test_sim_memory [--n N] [--burst K] [--trace 1] - makes each allocation of two hosts fail once,
 * one in each run: TCP in both directions, UDP and a reset, over IPv4 and IPv6 and a link that
 * loses frames. Either the call that needed the memory returns an error, or the protocol recovers.
 * Nothing may hang, no octet may be wrong, no memory may leak, and all must work again afterwards.
 *
 * failing.h says how the allocations fail. --burst K: K in a row fail.
 */
#include "failing.h"
#include "leat.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OCTETS = 60000, WRITE = 5000, DATAGRAM = 4000, ATTEMPTS = 200, SEED = 7 };

/* What went wrong */

static unsigned failures;
static bool trace;

__attribute__((format(printf, 1, 2))) static void
wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("n = %lu: ", mem.fail_at);
	vprintf(format, args);
	printf("\n");
	va_end(args);
	failures++;
}

/* Two hosts */

static struct {
	struct leat_sim *sim;
	struct leat_stack *host[2];
	struct leat_link *link;
} w;

static struct leat_addr
address(int family, unsigned host, uint16_t port)
{
	struct leat_addr a;
	const char *text =
	    family == LEAT_INET ? (host ? "10.0.0.2" : "10.0.0.1") : (host ? "fd00::2" : "fd00::1");

	leat_addr_parse(text, &a);
	a.port = port;
	return a;
}

/* --trace: prints the events of connections and packets. */
static void
on_event(void *arg, const struct leat_event *e)
{
	char local[LEAT_ADDR_TEXT], remote[LEAT_ADDR_TEXT];

	printf("%12.6f host %llu ", (double)e->when / 1e9, (unsigned long long)e->host);
	if (e->kind == LEAT_EVENT_DROP)
		printf("dropped: %s\n", leat_drop_words(e->u.drop.reason));
	else if (e->kind == LEAT_EVENT_TCP_RETX)
		printf("sends %u+%u again\n", e->u.tcp_retx.seq, e->u.tcp_retx.len);
	else
		printf("%s to %s: state %u to %u, error %u\n",
		    leat_addr_format(&e->u.tcp.local, local, sizeof local),
		    leat_addr_format(&e->u.tcp.remote, remote, sizeof remote), e->u.tcp.from, e->u.tcp.to,
		    e->u.tcp.error);
}

static int
world_begin(void)
{
	struct leat_impair bad = {
	    .size = sizeof bad, .delay = 10 * LEAT_MSEC, .loss = LEAT_PERCENT(3), .reorder = LEAT_PERCENT(5)};
	struct leat_link_config config = {.size = sizeof config, .up = &bad, .down = &bad};
	int e = leat_sim_new(SEED, &w.sim);

	for (unsigned i = 0; i < 2 && !e; i++)
		e = leat_sim_add_host(w.sim, 0, &w.host[i]);
	for (unsigned i = 0; i < 2 && !e && trace; i++)
		leat_stack_watch(w.host[i],
		    1u << LEAT_EVENT_DROP | 1u << LEAT_EVENT_TCP_STATE | 1u << LEAT_EVENT_TCP_CLOSE |
			1u << LEAT_EVENT_TCP_RETX,
		    on_event, NULL);
	if (!e)
		e = leat_sim_link(w.sim, w.host[0], w.host[1], &config, &w.link);
	for (unsigned i = 0; i < 4 && !e; i++) {
		static const char *const text[] = {"10.0.0.1/24", "10.0.0.2/24", "fd00::1/64", "fd00::2/64"};
		struct leat_prefix p;

		leat_prefix_parse(text[i], &p);
		e = leat_iface_addr_add(leat_link_iface(w.link, i % 2), &p, 0);
	}
	return e;
}

static void
world_wait(int64_t span)
{
	leat_sim_run(w.sim, leat_sim_now(w.sim) + span);
}

/*
 * A conversation: the client sends OCTETS and its end, and then the server does. Only the callbacks
 * of the sockets continue it, and no traffic in the other direction wakes a side by chance. So if
 * an event is lost, the conversation hangs.
 */

struct side {
	struct leat_sock *sock;
	uint8_t key;
	size_t sent, got;
	bool shut, ended;
	int error;
};

static struct {
	struct leat_sock *listener;
	struct side side[2];
	struct leat_addr at;
	bool connected;
	int error;  /* the first */
	bool again; /* accept() had no memory */
} t;

static uint8_t
octet(uint8_t key, size_t i)
{
	return (uint8_t)(key + i * 31 + (i >> 8) * 7);
}

static void
note_error(int e)
{
	if (!t.error)
		t.error = -e;
}

static void
side_speak(struct side *s)
{
	uint8_t buf[WRITE];

	while (s->sent < OCTETS) {
		size_t n = OCTETS - s->sent < WRITE ? OCTETS - s->sent : WRITE;
		ssize_t done;

		for (size_t i = 0; i < n; i++)
			buf[i] = octet(s->key, s->sent + i);
		done = leat_sock_send(s->sock, buf, n, 0, NULL);
		if (done == -LEAT_EAGAIN)
			return;
		if (done < 0) {
			note_error((int)done);
			return;
		}
		s->sent += (size_t)done;
	}
	if (!s->shut) {
		int e = leat_sock_shutdown(s->sock, LEAT_SHUT_WR);

		s->shut = true;
		if (e)
			note_error(e);
	}
}

static void
side_listen(struct side *s)
{
	uint8_t buf[4096], key = s == t.side ? t.side[1].key : t.side[0].key;
	ssize_t n;

	while (!s->ended && (n = leat_sock_recv(s->sock, buf, sizeof buf, 0, NULL)) != -LEAT_EAGAIN) {
		if (n < 0) {
			note_error((int)n);
			return;
		}
		s->ended = n == 0;
		for (ssize_t i = 0; i < n; i++, s->got++)
			if (buf[i] != octet(key, s->got)) {
				wrong("octet %zu is wrong", s->got);
				s->ended = true;
				return;
			}
	}
}

static void
on_side(struct leat_sock *sock, void *arg)
{
	struct side *s = arg;

	if (t.error)
		return;
	side_listen(s);
	if (!t.error && (s == t.side || s->ended))
		side_speak(s);
}

static void
on_client(struct leat_sock *sock, void *arg)
{
	int e = t.connected ? 0 : leat_sock_connect(sock, &t.at);

	if (e && e != -LEAT_EALREADY)
		note_error(e);
	t.connected = !e;
	if (!e)
		on_side(sock, arg);
}

/*
 * Without memory, a connection stays in the accept queue, and the listener stays readable. No other
 * event may come, so try again.
 */
static bool
accept_again(int e)
{
	return e == -LEAT_ENOBUFS && leat_sock_ready(t.listener) & LEAT_IN;
}

static void
on_listener(struct leat_sock *listener, void *arg)
{
	struct leat_sock *child;
	int e = leat_sock_accept(listener, &child);

	if (e == -LEAT_EAGAIN)
		return;
	if (accept_again(e)) {
		t.again = true;
		return;
	}
	if (e) {
		note_error(e);
		return;
	}
	if (t.side[1].sock) { /* a second copy of the SYN would make another connection */
		leat_sock_close(child);
		return;
	}
	t.side[1].sock = child;
	leat_sock_watch(child, on_side, &t.side[1]);
	on_side(child, &t.side[1]);
}

static void
talk_on(int64_t span)
{
	world_wait(span);
	if (t.again) {
		t.again = false;
		on_listener(t.listener, NULL);
	}
}

static bool
talk_over(void)
{
	return t.error || (t.side[0].ended && t.side[1].ended && t.side[0].shut && t.side[1].shut);
}

static int
talk_begin(int family)
{
	int on = 1, e;

	memset(&t, 0, sizeof t);
	t.at = address(family, 1, 80);
	t.side[0].key = 17;
	t.side[1].key = 99;
	e = leat_sock_open(w.host[1], family, LEAT_STREAM, &t.listener);
	if (!e)
		e = leat_sock_setopt(t.listener, 1, 2, &on, sizeof on); /* SO_REUSEADDR */
	if (!e)
		e = leat_sock_bind(t.listener, &t.at);
	if (!e)
		e = leat_sock_listen(t.listener, 4);
	if (!e)
		e = leat_sock_open(w.host[0], family, LEAT_STREAM, &t.side[0].sock);
	if (!e)
		e = leat_sock_connect(t.side[0].sock, &t.at);
	if (e != -LEAT_EINPROGRESS)
		return e ? e : -LEAT_EINVAL;
	leat_sock_watch(t.listener, on_listener, NULL);
	leat_sock_watch(t.side[0].sock, on_client, &t.side[0]);
	return 0;
}

static void
talk_end(bool abort)
{
	for (unsigned i = 0; i < 2; i++) {
		if (abort)
			leat_sock_abort(t.side[i].sock);
		else
			leat_sock_close(t.side[i].sock);
		t.side[i].sock = NULL;
	}
	leat_sock_close(t.listener);
	t.listener = NULL;
}

/*
 * So many failures in a row may hit all retransmissions of a SYN, or all three solicitations (RFC
 * 4861, 10).
 */
static bool
no_memory(int e)
{
	return e == -LEAT_ENOBUFS || e == -LEAT_ENOMEM ||
	       (mem.burst >= 3 && (e == -LEAT_ETIMEDOUT || e == -LEAT_EHOSTUNREACH));
}

/* @strict: no call may fail. */
static void
talk(int family, bool strict)
{
	for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
		int e = talk_begin(family);

		for (unsigned i = 0; i < 3000 && !e && !talk_over(); i++)
			talk_on(100 * LEAT_MSEC);
		if (!e && !talk_over())
			wrong("IPv%c: the stream hangs: sent %zu and %zu, read %zu and %zu",
			    family == LEAT_INET ? '4' : '6', t.side[0].sent, t.side[1].sent, t.side[0].got,
			    t.side[1].got);
		else if (!e && !t.error && (t.side[0].got != OCTETS || t.side[1].got != OCTETS))
			wrong("read %zu and %zu octets", t.side[0].got, t.side[1].got);
		e = e ? e : -t.error;
		talk_end(e != 0);
		if (!e)
			return;
		if (strict || !no_memory(e))
			wrong("IPv%c: stream: %s%s", family == LEAT_INET ? '4' : '6', leat_error_name(-e),
			    strict ? ", although no allocation fails any more" : "");
		world_wait(LEAT_SEC);
	}
	wrong("a stream fails each time");
}

/* Sends a datagram again until the answer arrives. */

static int
dgram_open(int family, struct leat_sock *sock[2])
{
	struct leat_addr at = address(family, 1, 53);
	int e = leat_sock_open(w.host[1], family, LEAT_DGRAM, &sock[1]);

	if (!e)
		e = leat_sock_bind(sock[1], &at);
	if (!e)
		e = leat_sock_open(w.host[0], family, LEAT_DGRAM, &sock[0]);
	if (!e)
		e = leat_sock_connect(sock[0], &at);
	return e;
}

static ssize_t
dgram_read(struct leat_sock *sock, uint8_t key, struct leat_msg *from)
{
	uint8_t buf[DATAGRAM + 1];
	ssize_t n = leat_sock_recv(sock, buf, sizeof buf, 0, from);

	for (ssize_t i = 0; i < n; i++)
		if (n != DATAGRAM || buf[i] != octet(key, (size_t)i)) {
			wrong("a datagram of %zd octets is wrong at %zd", n, i);
			break;
		}
	return n;
}

static ssize_t
dgram_write(struct leat_sock *sock, uint8_t key, const struct leat_msg *to)
{
	uint8_t buf[DATAGRAM];

	for (size_t i = 0; i < sizeof buf; i++)
		buf[i] = octet(key, i);
	return leat_sock_send(sock, buf, sizeof buf, 0, to);
}

static bool
dgram_fine(ssize_t n, bool strict)
{
	if (n >= 0 || n == -LEAT_EAGAIN || (!strict && no_memory((int)n)))
		return true;
	wrong("datagram: %s%s", leat_error_name((int)-n),
	    strict ? ", although no allocation fails any more" : "");
	return false;
}

static bool
dgram_ask(struct leat_sock *sock[2], bool strict)
{
	for (unsigned i = 0; i < 100; i++) {
		struct leat_msg m = {.size = sizeof m};
		ssize_t n;

		if (!dgram_fine(dgram_write(sock[0], 3, NULL), strict))
			return false;
		world_wait(50 * LEAT_MSEC);
		if (dgram_read(sock[1], 3, &m) == DATAGRAM) {
			struct leat_msg to = {.size = sizeof to, .peer = m.peer};

			if (!dgram_fine(dgram_write(sock[1], 5, &to), strict))
				return false;
		}
		world_wait(50 * LEAT_MSEC);
		n = dgram_read(sock[0], 5, NULL);
		if (n == DATAGRAM)
			return true;
		if (!dgram_fine(n, strict))
			return false;
	}
	wrong("no datagram is answered");
	return false;
}

static void
datagrams(int family, bool strict)
{
	for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
		struct leat_sock *sock[2] = {NULL, NULL};
		int e = dgram_open(family, sock);

		if (e && (strict || !no_memory(e)))
			wrong("datagram socket: %s", leat_error_name(-e));
		if (!e)
			dgram_ask(sock, strict);
		leat_sock_close(sock[0]);
		leat_sock_close(sock[1]);
		if (!e)
			return;
	}
	wrong("a datagram socket fails each time");
}

/* One side is reset. The other side gets the error when it sends again, if not earlier. */

static void
reset_seen(int family)
{
	int e = 0;

	for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
		e = talk_begin(family);
		for (unsigned i = 0; i < 30000 && !e && !t.error && !t.side[1].sock; i++)
			talk_on(10 * LEAT_MSEC);
		e = e ? e : -t.error;
		if (t.side[1].sock && !e)
			break;
		if (!e)
			wrong("a connection is never accepted");
		talk_end(true);
		if (!no_memory(e))
			wrong("before a reset: %s", leat_error_name(-e));
	}
	if (e)
		return;
	leat_sock_watch(t.side[0].sock, NULL, NULL);
	leat_sock_abort(t.side[1].sock);
	t.side[1].sock = NULL;
	for (unsigned i = 0; i < 3000 && !(leat_sock_ready(t.side[0].sock) & LEAT_ERR); i++) {
		leat_sock_send(t.side[0].sock, "x", 1, 0, NULL);
		world_wait(100 * LEAT_MSEC);
		if (leat_sock_ready(t.side[0].sock) & LEAT_HUP)
			break;
	}
	if (!(leat_sock_ready(t.side[0].sock) & LEAT_HUP))
		wrong("a reset is never seen");
	talk_end(true);
}

/* One run */

static void
life(bool strict)
{
	talk(LEAT_INET, strict);
	talk(LEAT_INET6, strict);
	datagrams(LEAT_INET, strict);
	datagrams(LEAT_INET6, strict);
	reset_seen(LEAT_INET);
}

/* Returns false if there are fewer allocations than that. */
static bool
run(unsigned long n, unsigned long burst)
{
	int e;

	memset(&mem, 0, sizeof mem);
	memset(&w, 0, sizeof w);
	mem.fail_at = n;
	mem.burst = burst;
	mem.armed = true;
	e = world_begin();
	if (e && !(mem.failed && no_memory(e)))
		wrong("the beginning: %s", leat_error_name(-e));
	if (!e)
		life(false);
	mem.armed = false;
	if (!e)
		life(true);
	if (!e)
		world_wait(300 * LEAT_SEC); /* TIME-WAIT is over */
	leat_sim_free(w.sim);
	if (mem.live)
		wrong("%ld allocations are not freed", mem.live);
	return mem.failed;
}

int
main(int argc, char **argv)
{
	unsigned long only = 0, burst = 1, n;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--n") == 0)
			only = strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--burst") == 0)
			burst = strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--trace") == 0)
			trace = strtoul(argv[i + 1], NULL, 10) != 0;
	}
	if (only) {
		run(only, burst);
	} else {
		for (n = 1; run(n, burst) && failures < 20; n++)
			;
		printf("%lu allocations, %lu in a row failed, %u runs went wrong\n", n - 1, burst, failures);
	}
	return failures ? 1 : 0;
}
