/*
 * bench/iperf3.c - the server's side of iperf3's protocol, as far as a TCP test needs it.
 *
 * A test has one control connection, and then any number of data connections. Each begins with the
 * same cookie of 37 octets. On the control connection, single octets give the state; parameters and
 * results are JSON after a length of four octets. The client decides when the test is over.
 */
#include "tap.h"
#include "tap_stack.h"

#include "base/bytes.h"
#include "base/err.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 5201, COOKIE = 37, FLOWS = 128, JSON_MAX = 65536, CHUNK = 131072 };
enum state {
	TEST_START = 1,
	TEST_RUNNING = 2,
	TEST_END = 4,
	PARAM_EXCHANGE = 9,
	CREATE_STREAMS = 10,
	CLIENT_TERMINATE = 12,
	EXCHANGE_RESULTS = 13,
	DISPLAY_RESULTS = 14,
	IPERF_DONE = 16,
};
enum stage { WANT_COOKIE, WANT_PARAMS, WANT_FLOWS, RUNNING, WANT_RESULTS, WANT_DONE };

struct flow {
	struct sock *sk;
	size_t cookie; /* octets of it that have arrived */
	uint64_t octets;
};

static struct {
	struct sock *control;
	struct loop *loop;
	enum stage stage;
	uint8_t in[JSON_MAX];
	size_t have;
	struct flow flow[FLOWS];
	unsigned flows, wanted;
	bool reverse;
	nsec_t begin, end;
} t;

static uint8_t chunk[CHUNK];

static void
close_flows(void)
{
	for (unsigned i = 0; i < t.flows; i++) {
		if (t.flow[i].sk)
			sock_close(t.flow[i].sk);
		t.flow[i].sk = NULL;
	}
}

static void
forget(void)
{
	close_flows();
	if (t.control)
		sock_close(t.control);
	t.control = NULL;
	t.flows = 0;
}

static void
send_state(enum state state)
{
	uint8_t octet = (uint8_t)state;

	sock_send(t.control, &octet, 1, 0, NULL);
}

/* Data connections */

static void
drain(struct flow *f)
{
	ssize_t n;

	while ((n = sock_recv(f->sk, chunk, CHUNK, 0, NULL)) > 0)
		f->octets += (uint64_t)n;
}

static void
fill(struct flow *f)
{
	ssize_t n;

	while (t.stage == RUNNING && sock_ready(f->sk) & LEAT_OUT &&
	       (n = sock_send(f->sk, chunk, CHUNK, 0, NULL)) > 0)
		f->octets += (uint64_t)n;
}

static void
begin_when_all_are_there(void)
{
	for (unsigned i = 0; i < t.flows; i++)
		if (t.flow[i].cookie < COOKIE)
			return;
	if (t.flows < t.wanted || t.stage != WANT_FLOWS)
		return;
	send_state(TEST_START);
	send_state(TEST_RUNNING);
	t.stage = RUNNING;
	t.begin = loop_now(t.loop);
	for (unsigned i = 0; t.reverse && i < t.flows; i++)
		fill(&t.flow[i]);
}

static void
flow_ready(struct sock *sk, void *arg)
{
	struct flow *f = arg;
	ssize_t n;

	if (f->cookie < COOKIE) {
		while (f->cookie < COOKIE && (n = sock_recv(sk, chunk, COOKIE - f->cookie, 0, NULL)) > 0)
			f->cookie += (size_t)n;
		begin_when_all_are_there();
	}
	if (f->cookie < COOKIE)
		return;
	if (t.reverse)
		fill(f);
	else
		drain(f);
}

/* The control connection */

static void
send_results(void)
{
	double seconds = (double)(t.end - t.begin) / 1e9;
	json_t *streams = json_array(), *all;
	uint8_t len[4];
	char *text;

	for (unsigned i = 0; i < t.flows; i++) /* iperf3 numbers its streams 1, 3, 4, ... */
		json_array_append_new(
		    streams, json_pack("{s:i, s:I, s:i, s:i, s:i, s:i, s:f, s:f}", "id", i ? (int)i + 2 : 1,
				 "bytes", (json_int_t)t.flow[i].octets, "retransmits", -1, "jitter", 0,
				 "errors", 0, "packets", 0, "start_time", 0.0, "end_time", seconds));
	all = json_pack("{s:f, s:f, s:f, s:i, s:o}", "cpu_util_total", 0.0, "cpu_util_user", 0.0,
	    "cpu_util_system", 0.0, "sender_has_retransmits", 0, "streams", streams);
	text = json_dumps(all, JSON_COMPACT);
	be32_put(len, (uint32_t)strlen(text));
	sock_send(t.control, len, sizeof len, SOCK_MORE, NULL);
	sock_send(t.control, text, strlen(text), 0, NULL);
	free(text);
	json_decref(all);
}

/* Reads what the client asked for. Returns false if it is not supported. */
static bool
take_params(const char *text, size_t len)
{
	json_t *params = json_loadb(text, len, 0, NULL);
	bool good = params && json_is_true(json_object_get(params, "tcp"));
	json_int_t parallel = json_integer_value(json_object_get(params, "parallel"));

	t.wanted = parallel > 0 ? (unsigned)parallel : 1;
	t.reverse = json_is_true(json_object_get(params, "reverse"));
	json_decref(params);
	return good && t.wanted <= FLOWS;
}

/*
 * Handles what has arrived on the control connection, as the stage requires. Returns the number of
 * octets used; 0 = not enough yet.
 */
static size_t
control_step(void)
{
	size_t len = t.have >= 4 ? be32_get(t.in) : 0;

	switch (t.stage) {
	case WANT_COOKIE:
		if (t.have < COOKIE)
			return 0;
		t.stage = WANT_PARAMS;
		send_state(PARAM_EXCHANGE);
		return COOKIE;
	case WANT_PARAMS:
		if (t.have < 4 || t.have < 4 + len)
			return 0;
		if (!take_params((char *)t.in + 4, len))
			return SIZE_MAX;
		t.stage = WANT_FLOWS;
		send_state(CREATE_STREAMS);
		return 4 + len;
	case WANT_RESULTS:
		if (t.have < 4 || t.have < 4 + len)
			return 0;
		send_results();
		t.stage = WANT_DONE;
		send_state(DISPLAY_RESULTS);
		return 4 + len;
	case RUNNING:
		if (t.in[0] != TEST_END)
			return SIZE_MAX;
		t.end = loop_now(t.loop);
		t.stage = WANT_RESULTS;
		close_flows(); /* a receiving client waits for whole blocks, or for the end */
		send_state(EXCHANGE_RESULTS);
		return 1;
	case WANT_FLOWS:
	case WANT_DONE: /* the client is done, or has given up */
		break;
	}
	return SIZE_MAX;
}

static void
control_ready(struct sock *sk, void *arg)
{
	size_t used;
	ssize_t n = sock_recv(sk, t.in + t.have, sizeof t.in - t.have, 0, NULL);

	if (n == 0 || (n < 0 && n != -LEAT_EAGAIN)) {
		forget();
		return;
	}
	t.have += n > 0 ? (size_t)n : 0;
	while (t.have > 0 && (used = control_step()) > 0) {
		if (used == SIZE_MAX) {
			forget();
			return;
		}
		memmove(t.in, t.in + used, t.have - used);
		t.have -= used;
	}
}

static void
accepting(struct sock *listener, void *arg)
{
	struct sock *sk;

	while (sock_accept(listener, &sk) == 0) {
		if (!t.control) {
			t.control = sk;
			t.stage = WANT_COOKIE;
			t.have = t.flows = 0;
			sock_watch(sk, control_ready, NULL);
			control_ready(sk, NULL);
		} else if (t.stage == WANT_FLOWS && t.flows < t.wanted) {
			struct flow *f = &t.flow[t.flows++];

			*f = (struct flow){.sk = sk};
			sock_watch(sk, flow_ready, f);
			flow_ready(sk, f);
		} else {
			sock_abort(sk); /* one test at a time */
		}
	}
}

void
iperf3_serve(struct socks *socks, struct loop *loop)
{
	struct endpoint any = {.addr = IPADDR_ANY6, .port = PORT};
	struct sock *sk;

	t.loop = loop;
	bench_must("socket", sock_open(socks, true, SOCK_TYPE_STREAM, &sk));
	bench_must("bind", sock_bind(sk, &any));
	bench_must("listen", sock_listen(sk, FLOWS));
	sock_watch(sk, accepting, NULL);
}
