/*
 * bench/gateway.c - what the gateway costs: its stack, the gateway itself and the machine's
 * sockets, between a program's stack in this process and a server in another process. Everything
 * of the gateway runs within gateway_turn(), so callgrind can count it alone.
 *
 *	leat_gateway [--mode 0|1|2|3] [--octets N] [--count N] [--at-once N]
 *
 * Mode 0 sends N octets to the program, mode 1 from the program. Mode 2 opens @count connections,
 * each for a request and an answer of 100 octets, mode 3 sends as many requests over one
 * connection. It prints the number of blocks of 64 KiB, of connections or of requests as "frames".
 */
#include "args.h"
#include "pair.h"

#include "base/err.h"
#include "gate/gate.h"
#include "host/clock.h"
#include "host/fd_budget.h"
#include "host/hostio.h"
#include "host/loop.h"
#include "sock/sock.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DOWN, UP, CONNECTIONS, MESSAGES };
enum { MESSAGE = 100, CHUNK = 1 << 16, AT_ONCE_MAX = 64 };

/* The server: a thread for each connection. */

static struct {
	int mode;
	uint64_t octets;
} serving;

static void
send_all(int fd, const void *buf, size_t len)
{
	for (const char *at = buf; len > 0;) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		at += n;
		len -= (size_t)n;
	}
}

static void *
serve_one(void *arg)
{
	static char zeros[CHUNK];
	int fd = (int)(intptr_t)arg;
	char buf[CHUNK];

	if (serving.mode == DOWN) {
		for (uint64_t left = serving.octets; left > 0;) {
			size_t n = left < CHUNK ? left : CHUNK;

			send_all(fd, zeros, n);
			left -= n;
		}
		shutdown(fd, SHUT_WR);
	} else if (serving.mode == CONNECTIONS && recv(fd, buf, MESSAGE, MSG_WAITALL) == MESSAGE) {
		send_all(fd, zeros, MESSAGE);
		shutdown(fd, SHUT_WR);
	}
	while (serving.mode == MESSAGES && recv(fd, buf, MESSAGE, MSG_WAITALL) == MESSAGE)
		send_all(fd, buf, MESSAGE);
	while (recv(fd, buf, sizeof buf, 0) > 0)
		;
	close(fd);
	return NULL;
}

static int
serve(int mode, uint64_t octets)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int l = socket(AF_INET, SOCK_STREAM, 0);

	serving.mode = mode;
	serving.octets = octets;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (bind(l, (struct sockaddr *)&at, len) < 0 || listen(l, 4096) < 0 ||
	    getsockname(l, (struct sockaddr *)&at, &len) < 0)
		return 1;
	printf("%u\n", ntohs(at.sin_port));
	fflush(stdout);
	for (;;) {
		pthread_t thread;
		int fd = accept(l, NULL, NULL);

		if (fd >= 0 && pthread_create(&thread, NULL, serve_one, (void *)(intptr_t)fd) == 0)
			pthread_detach(thread);
	}
}

/* Starts the server as a program of its own, which valgrind does not follow. Returns its port. */
static uint16_t
start_server(const char *self, int mode, uint64_t octets)
{
	int pipes[2], port = 0;
	char words[2][32], line[32] = "";

	snprintf(words[0], sizeof words[0], "%d", mode);
	snprintf(words[1], sizeof words[1], "%llu", (unsigned long long)octets);
	pair_check(pipe(pipes), "pipe");
	if (fork() == 0) {
		dup2(pipes[1], 1);
		execl(self, self, "serve", words[0], words[1], NULL);
		_exit(1);
	}
	close(pipes[1]);
	if (read(pipes[0], line, sizeof line - 1) > 0)
		port = atoi(line);
	pair_check(port ? 0 : -1, "server");
	close(pipes[0]);
	return (uint16_t)port;
}

/* The gateway */

struct bench {
	struct pair pair;
	struct loop *loop;
	struct fd_budget fds;
	struct gate *gate;
	struct loop_source source;
	bool moved;
	struct endpoint server;
	int mode;
	uint64_t octets, done;
	struct sock *sk[AT_ONCE_MAX];
	unsigned open, at_once;
	bool said[AT_ONCE_MAX];
};

static nsec_t
gateway_next(struct loop_source *source)
{
	struct bench *b = container_of(source, struct bench, source);
	nsec_t next = nsec_min(stack_next(b->pair.end[1].stack), stack_next(b->pair.end[0].stack));

	if (b->pair.end[0].inbox.count || b->pair.end[1].inbox.count)
		return loop_now(b->loop);
	return nsec_min(next, gate_next(b->gate));
}

static void
gateway_run(struct loop_source *source, nsec_t now)
{
	struct bench *b = container_of(source, struct bench, source);

	b->pair.now = now;
	stack_advance(b->pair.end[1].stack, now);
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
	int e;

	pair_check(
	    sock_open(stack_socks(b->pair.end[0].stack), false, SOCK_TYPE_STREAM, &b->sk[i]), "socket");
	e = sock_connect(b->sk[i], &b->server);
	pair_check(e == -LEAT_EINPROGRESS ? 0 : e, "connect");
	b->said[i] = false;
	b->open++;
}

static void
program_writes(struct bench *b, unsigned i)
{
	static char zeros[CHUNK];
	ssize_t n = 1;

	if (b->mode == DOWN || !(sock_ready(b->sk[i]) & LEAT_OUT))
		return;
	if (b->mode >= CONNECTIONS) {
		if (!b->said[i])
			pair_check((int)sock_send(b->sk[i], zeros, MESSAGE, 0, NULL), "send");
		b->said[i] = true;
		return;
	}
	while (n > 0 && b->done < b->octets) {
		uint64_t left = b->octets - b->done;

		n = sock_send(b->sk[i], zeros, left < CHUNK ? left : CHUNK, 0, NULL);
		if (n > 0)
			b->done += (uint64_t)n;
	}
	if (b->done == b->octets && !b->said[i]) {
		sock_shutdown(b->sk[i], SOCK_SHUT_WR);
		b->said[i] = true;
	}
}

/* Returns true when the other side has ended. */
static bool
program_reads(struct bench *b, unsigned i)
{
	static char buf[CHUNK];
	ssize_t n;

	while ((n = sock_recv(b->sk[i], buf, sizeof buf, 0, NULL)) > 0) {
		if (b->mode == DOWN)
			b->done += (uint64_t)n;
		if (b->mode == MESSAGES && ++b->done < b->octets)
			b->said[i] = false;
		else if (b->mode == MESSAGES)
			sock_shutdown(b->sk[i], SOCK_SHUT_WR);
	}
	if (n < 0 && n != -LEAT_EAGAIN && n != -LEAT_ENOTCONN)
		pair_check((int)n, "receive");
	return n == 0;
}

static void
program_turn(struct bench *b)
{
	stack_advance(b->pair.end[0].stack, b->pair.now);
	pair_deliver(&b->pair, 0);
	for (unsigned i = 0; i < b->at_once; i++) {
		if (!b->sk[i])
			continue;
		if (program_reads(b, i)) {
			sock_close(b->sk[i]);
			b->sk[i] = NULL;
			b->open--;
			b->done += b->mode == CONNECTIONS;
		} else {
			program_writes(b, i);
		}
	}
}

static void
transfer(struct bench *b, unsigned connections)
{
	unsigned begun = 0;

	while (begun < connections || b->open) {
		for (unsigned i = 0; i < b->at_once && begun < connections; i++) {
			if (!b->sk[i]) {
				program_connects(b, i);
				begun++;
			}
		}
		gateway_turn(b);
		program_turn(b);
	}
}

int
main(int argc, char **argv)
{
	struct bench_arg args[] = {
	    {"mode", DOWN}, {"octets", 256 << 20}, {"count", 2000}, {"at-once", 1}, {0}};
	static struct bench b;
	struct io_world *outside;

	if (argc == 4 && !strcmp(argv[1], "serve"))
		return serve(atoi(argv[2]), strtoull(argv[3], NULL, 10));
	args_read(args, argc, argv);
	b.mode = (int)args[0].value;
	b.octets = (uint64_t)args[b.mode == MESSAGES ? 2 : 1].value;
	b.at_once = (unsigned)args[3].value;
	pair_init(&b.pair, 65535, true, 65536);
	outside = gateway_begin(&b);
	b.server = pair_name(1, false, start_server(argv[0], b.mode, b.octets));
	transfer(&b, b.mode == CONNECTIONS ? (unsigned)args[2].value : 1);
	args_print("gateway", args);
	printf(", \"frames\": %llu}\n", (unsigned long long)(b.mode <= UP ? b.done / CHUNK : b.done));
	gateway_end(&b, outside);
	pair_fini(&b.pair);
	return 0;
}
