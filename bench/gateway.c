/*
 * bench/gateway.c - what the gateway costs: its stack, the gateway itself and the machine's
 * sockets, between a program's stack and a server (bench/server.h), all in this process.
 *
 *	leat_gateway [--request N] [--answer N] [--exchanges N] [--rounds N] [--at-once N]
 *
 * In each round the program opens @at-once connections, makes @exchanges on each, and ends them. An
 * exchange is a request of @request octets and its answer of @answer octets; each may be 0. A round
 * of one exchange is counted whole. Of a longer one only the exchanges are counted, and only after
 * some that let the windows grow.
 *
 * What is counted runs within gateway_turn(), so callgrind can count it alone. Program, gateway and
 * server take turns in a fixed order, the stacks' time is simulated, and the server waits until the
 * kernel has delivered what it sent. So each run does the same work in the same turns. It prints the
 * number of exchanges counted as "frames".
 */
#include "args.h"
#include "pair.h"
#include "server.h"

#include "base/err.h"
#include "gate/gate.h"
#include "host/fd_budget.h"
#include "host/hostio.h"
#include "host/loop.h"
#include "sock/sock.h"

#include <stdio.h>
#include <string.h>

enum { WARM_UP = 64 };
#define TURN (20 * USEC)

struct bench {
	struct pair pair;
	struct loop *loop;
	struct fd_budget fds;
	struct gate *gate;
	struct loop_source source;
	struct server server;
	size_t request, answer;
	unsigned at_once;
	bool counted; /* the turns belong to what is measured */
	struct sock *sk[SERVER_CONNS];
	size_t written[SERVER_CONNS], read[SERVER_CONNS]; /* of this exchange */
	bool ended[SERVER_CONNS];
};

/* The gateway */

static nsec_t
gateway_next(struct loop_source *source)
{
	struct bench *b = container_of(source, struct bench, source);
	nsec_t next = nsec_min(stack_next(b->pair.end[1].stack), gate_next(b->gate));

	return b->pair.end[1].inbox.count || next <= b->pair.now ? loop_now(b->loop) : NSEC_NEVER;
}

static void
gateway_run(struct loop_source *source, nsec_t now)
{
	struct bench *b = container_of(source, struct bench, source);

	stack_advance(b->pair.end[1].stack, b->pair.now);
	pair_deliver(&b->pair, 1);
	gate_run(b->gate);
}

static __attribute__((noinline)) void
gateway_turn(struct bench *b)
{
	loop_turn(b->loop, NSEC_NEVER);
}

static struct ipaddr
addr(const char *text)
{
	struct ipaddr a;

	pair_check(ipaddr_parse(text, &a), text);
	return a;
}

static struct io_world *
gateway_begin(struct bench *b)
{
	struct gate_config config = {.stack = b->pair.end[1].stack,
	    .own4 = addr("10.0.0.2"),
	    .own6 = addr("fd00::2"),
	    .dns = addr("10.0.0.3"),
	    .program4 = addr("10.0.0.1"),
	    .program6 = addr("fd00::1")};
	struct io_world *outside;

	b->loop = loop_new();
	fd_budget_init(&b->fds, b->loop);
	outside = hostio_new(b->loop, &b->fds);
	config.outside = outside;
	config.echo = hostio_echo;
	pair_check(gate_new(&config, &b->gate), "gateway");
	b->source = (struct loop_source){.next = gateway_next, .run = gateway_run};
	loop_add_source(b->loop, &b->source);
	return outside;
}

static void
gateway_end(struct bench *b, struct io_world *outside)
{
	loop_del_source(b->loop, &b->source);
	gate_free(b->gate);
	hostio_free(outside);
	fd_budget_fini(&b->fds);
	loop_free(b->loop);
}

/* The program */

static void
program_connects(struct bench *b, unsigned i)
{
	struct endpoint to = pair_name(1, false, b->server.port);
	int e;

	pair_check(
	    sock_open(stack_socks(b->pair.end[0].stack), false, SOCK_TYPE_STREAM, &b->sk[i]), "socket");
	e = sock_connect(b->sk[i], &to);
	pair_check(e == -LEAT_EINPROGRESS ? 0 : e, "connect");
	b->written[i] = b->request; /* the exchange writes the request */
	b->ended[i] = false;
}

static void
program_writes(struct bench *b, unsigned i)
{
	static const char zeros[SERVER_MOST];

	while (b->written[i] < b->request) {
		ssize_t n = sock_send(b->sk[i], zeros, b->request - b->written[i], 0, NULL);

		if (n == -LEAT_EAGAIN)
			return;
		pair_check((int)n, "send");
		b->written[i] += (size_t)n;
	}
}

static void
program_reads(struct bench *b, unsigned i)
{
	static char buf[SERVER_MOST];
	ssize_t n;

	while ((n = sock_recv(b->sk[i], buf, sizeof buf, 0, NULL)) > 0)
		b->read[i] += (size_t)n;
	if (n < 0 && n != -LEAT_EAGAIN && n != -LEAT_ENOTCONN)
		pair_check((int)n, "receive");
	b->ended[i] = n == 0;
}

/* One turn of the gateway, then one of the program. */
static void
turn(struct bench *b)
{
	b->pair.now += TURN;
	if (b->counted)
		gateway_turn(b);
	else
		loop_turn(b->loop, NSEC_NEVER);
	stack_advance(b->pair.end[0].stack, b->pair.now);
	pair_deliver(&b->pair, 0);
	for (unsigned i = 0; i < b->at_once; i++) {
		if (b->sk[i] && !(sock_ready(b->sk[i]) & LEAT_HUP)) {
			program_reads(b, i);
			program_writes(b, i);
		}
	}
}

/* What the turns wait for */

static bool
connected(const struct bench *b)
{
	for (unsigned i = 0; i < b->at_once; i++) {
		if (!(sock_ready(b->sk[i]) & LEAT_OUT))
			return false;
	}
	return true;
}

static void
add_flow(const struct gate_flow_info *info, void *arg)
{
	uint64_t *sum = arg;

	sum[0]++;
	sum[1] += info->octets_up;
}

static bool
has_flows(const struct bench *b, unsigned n)
{
	uint64_t sum[2] = {0};

	gate_each(b->gate, add_flow, sum);
	return sum[0] == n;
}

/* Returns true when the gateway has passed @octets to the server in all. */
static bool
passed(const struct bench *b, uint64_t octets)
{
	uint64_t sum[2] = {0};

	gate_each(b->gate, add_flow, sum);
	return gate_counters(b->gate)->octets_up + sum[1] == octets;
}

static bool
answered(const struct bench *b, bool ended)
{
	for (unsigned i = 0; i < b->at_once; i++) {
		if (b->read[i] < b->answer || (ended && !b->ended[i]))
			return false;
	}
	return true;
}

/* Connections and exchanges */

static void
begin_connections(struct bench *b)
{
	for (unsigned i = 0; i < b->at_once; i++)
		program_connects(b, i);
	while (!has_flows(b, b->at_once))
		turn(b);
	server_accept(&b->server, b->at_once);
	while (!connected(b))
		turn(b);
}

/* @settled: waits for the kernel, whose windows have grown. @last: the server ends afterwards. */
static void
exchange(struct bench *b, bool settled, bool last)
{
	static uint64_t sent;

	sent += b->request * b->at_once;
	for (unsigned i = 0; i < b->at_once; i++) {
		b->written[i] = b->read[i] = 0;
		program_writes(b, i);
	}
	while (!passed(b, sent))
		turn(b);
	if (b->request)
		server_read(&b->server, b->request);
	if (b->answer)
		server_write(&b->server, b->answer);
	if (last)
		server_shutdown(&b->server);
	if (settled)
		server_settle(&b->server, b->answer, last);
	while (!answered(b, last))
		turn(b);
}

static void
end_connections(struct bench *b)
{
	for (unsigned i = 0; i < b->at_once; i++) {
		sock_close(b->sk[i]);
		b->sk[i] = NULL;
	}
	while (!has_flows(b, 0))
		turn(b);
	server_close(&b->server);
}

static void
round_of_one(struct bench *b)
{
	b->counted = true;
	begin_connections(b);
	exchange(b, true, true);
	end_connections(b);
}

static void
round_of_many(struct bench *b, unsigned exchanges)
{
	begin_connections(b);
	for (unsigned i = 0; i < WARM_UP; i++)
		exchange(b, false, false);
	b->counted = true;
	for (unsigned i = 0; i < exchanges; i++)
		exchange(b, true, false);
	b->counted = false;
	b->request = b->answer = 0; /* the last exchange only ends */
	exchange(b, true, true);
	end_connections(b);
}

int
main(int argc, char **argv)
{
	struct bench_arg args[] = {
	    {"request", 100}, {"answer", 100}, {"exchanges", 1000}, {"rounds", 1}, {"at-once", 1}, {0}};
	static struct bench b;
	struct io_world *outside;
	unsigned exchanges, rounds;

	args_read(args, argc, argv);
	exchanges = (unsigned)args[2].value;
	rounds = (unsigned)args[3].value;
	b.at_once = (unsigned)args[4].value;
	pair_init_at(&b.pair, 65535, true, 65536, SEC);
	outside = gateway_begin(&b);
	server_begin(&b.server);
	for (unsigned i = 0; i < rounds; i++) {
		b.request = (size_t)args[0].value;
		b.answer = (size_t)args[1].value;
		if (exchanges == 1)
			round_of_one(&b);
		else
			round_of_many(&b, exchanges);
	}
	args_print("gateway", args);
	printf(", \"frames\": %llu}\n", (unsigned long long)exchanges * rounds * b.at_once);
	server_end(&b.server);
	gateway_end(&b, outside);
	pair_fini(&b.pair);
	return 0;
}
