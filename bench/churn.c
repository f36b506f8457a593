/*
 * bench/churn.c - opens connections, uses each for one request and one answer, and closes them, as
 * fast as both stacks can. Everything is in one process, in groups of connections, one group after
 * another.
 *
 *   leat_churn [--group CONNECTIONS] [--octets SIZE] [--ip 4|6] [--seconds S] [--time-wait CONNECTIONS]
 */
#include "args.h"
#include "pair.h"

#include "host/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { PORT = 5001, GROUP_MAX = 512, OCTETS_MAX = 1 << 16 };

struct churn {
	struct pair pair;
	struct sock *listener, *client[GROUP_MAX], *server[GROUP_MAX];
	struct endpoint name; /* of the listener */
	unsigned group;
	size_t octets;
	bool v6;
	uint64_t done;
	char buf[OCTETS_MAX];
};

static void
open_group(struct churn *c)
{
	for (unsigned i = 0; i < c->group; i++) {
		int err;

		pair_check(
		    sock_open(stack_socks(c->pair.end[0].stack), c->v6, SOCK_TYPE_STREAM, &c->client[i]),
		    "socket");
		err = sock_connect(c->client[i], &c->name);
		pair_check(err == -LEAT_EINPROGRESS ? 0 : err, "connect");
	}
	pair_settle(&c->pair);
	for (unsigned i = 0; i < c->group; i++)
		pair_check(sock_accept(c->listener, &c->server[i]), "accept");
}

static void
receive(struct churn *c, struct sock *sk)
{
	for (size_t left = c->octets; left > 0;) {
		ssize_t n = sock_recv(sk, c->buf, left, 0, NULL);

		pair_check(n > 0 ? 0 : -1, "receive");
		left -= (size_t)n;
	}
}

/* The server's callback: a request has arrived and is answered at once. */
static void
answer(struct sock *sk, void *arg)
{
	struct churn *c = arg;

	if (sock_unread(sk) < c->octets)
		return;
	receive(c, sk);
	pair_check((int)sock_send(sk, c->buf, c->octets, 0, NULL), "answer");
}

static void
exchange(struct churn *c)
{
	for (unsigned i = 0; i < c->group; i++) {
		sock_watch(c->server[i], answer, c);
		pair_check((int)sock_send(c->client[i], c->buf, c->octets, 0, NULL), "request");
	}
	pair_settle(&c->pair);
	for (unsigned i = 0; i < c->group; i++)
		receive(c, c->client[i]);
}

/* The server closes first, as web servers do, so the TIME-WAIT states are its own. */
static void
close_group(struct churn *c)
{
	for (unsigned i = 0; i < c->group; i++)
		sock_close(c->server[i]);
	pair_settle(&c->pair);
	for (unsigned i = 0; i < c->group; i++)
		sock_close(c->client[i]);
	pair_settle(&c->pair);
}

static nsec_t
run_for(struct churn *c, nsec_t time)
{
	nsec_t start = clock_monotonic(), used = args_cpu_time();

	do {
		open_group(c);
		exchange(c);
		close_group(c);
		c->done += c->group;
	} while (c->pair.now - start < time);
	return args_cpu_time() - used;
}

int
main(int argc, char **argv)
{
	struct bench_arg args[] = {
	    {"group", 64}, {"octets", 100}, {"ip", 4}, {"seconds", 1}, {"time-wait", 16384}, {NULL, 0}};
	static struct churn c;
	double seconds;

	args_read(args, argc, argv);
	c.group = args[0].value < GROUP_MAX ? (unsigned)args[0].value : GROUP_MAX;
	c.octets = args[1].value < OCTETS_MAX ? (size_t)args[1].value : OCTETS_MAX;
	c.v6 = args[2].value == 6;
	pair_init(&c.pair, 1500, true, 65536);
	pair_limit_time_waits(&c.pair, (uint32_t)args[4].value);
	c.name = pair_name(1, c.v6, PORT);
	c.listener = pair_listen(&c.pair, c.v6, PORT, 0);
	run_for(&c, (nsec_t)(args[3].value * 0.2 * (double)SEC));
	c.done = 0;
	seconds = (double)run_for(&c, (nsec_t)(args[3].value * (double)SEC)) / (double)SEC;
	args_print("churn", args);
	printf(", \"connections\": %llu, \"seconds\": %.6f, \"per_second\": %.0f, \"ns_per_connection\": "
	       "%.0f}\n",
	    (unsigned long long)c.done, seconds, (double)c.done / seconds, seconds * 1e9 / (double)c.done);
	pair_fini(&c.pair);
	return c.done > 0 ? 0 : 1;
}
