/*
 * bench/udp.c - the cost of a datagram from one host to another in one process, both hosts
 * together. The receiver copies; checksums are computed and verified.
 *
 *   leat_udp [--size OCTETS] [--segments N] [--ip 4|6] [--seconds S]
 *
 * With --segments above 1, that many datagrams are sent with one call (UDP_SEGMENT in udp(7)), and
 * the wire takes them whole.
 */
#include "args.h"
#include "pair.h"

#include "host/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { PORT = 5001, BURST = 64, ROOM = 65536 };

struct flow {
	struct pair pair;
	struct sock *from, *to;
	struct sock_msg msg;
	size_t size;
	unsigned segments;
	uint64_t octets, datagrams;
	char out[ROOM], in[ROOM];
};

static void
open_flow(struct flow *f, bool v6)
{
	struct endpoint name = pair_name(1, v6, PORT);
	int room = 4 << 20;

	pair_check(sock_open(stack_socks(f->pair.end[0].stack), v6, SOCK_TYPE_DGRAM, &f->from), "socket");
	pair_check(sock_open(stack_socks(f->pair.end[1].stack), v6, SOCK_TYPE_DGRAM, &f->to), "socket");
	pair_check(sock_setopt(f->to, SOL_SOCKET, SO_RCVBUF, &room, sizeof room), "SO_RCVBUF");
	pair_check(sock_bind(f->to, &name), "bind");
	pair_check(sock_connect(f->from, &name), "connect");
}

/* Sends a burst and reads it. */
static void
turn(struct flow *f)
{
	ssize_t n;

	pair_tick(&f->pair);
	for (unsigned i = 0; i < BURST; i += f->segments)
		pair_check((int)sock_send(f->from, f->out, f->size * f->segments, 0, &f->msg), "send");
	pair_deliver(&f->pair, 1);
	while ((n = sock_recv(f->to, f->in, ROOM, 0, NULL)) >= 0) {
		f->octets += (uint64_t)n;
		f->datagrams++;
	}
	pair_deliver(&f->pair, 0);
}

static nsec_t
run_for(struct flow *f, double seconds)
{
	nsec_t until = clock_monotonic() + (nsec_t)(seconds * (double)SEC), used = args_cpu_time();

	do
		turn(f);
	while (f->pair.now < until);
	return args_cpu_time() - used;
}

int
main(int argc, char **argv)
{
	struct bench_arg args[] = {{"size", 64}, {"segments", 1}, {"ip", 4}, {"seconds", 1}, {NULL, 0}};
	static struct flow f;
	double time;

	args_read(args, argc, argv);
	f.size = (size_t)args[0].value;
	f.segments = (unsigned)args[1].value;
	if (f.segments == 0 || f.size * f.segments > ROOM)
		pair_check(-LEAT_EINVAL, "--segments");
	if (f.segments > 1)
		f.msg.seg_size = (uint16_t)f.size;
	pair_init(&f.pair, 1500, f.segments > 1, 16);
	open_flow(&f, args[2].value == 6);
	turn(&f); /* resolves the neighbour */
	pair_settle(&f.pair);
	run_for(&f, args[3].value * 0.2);
	f.octets = f.datagrams = 0;
	time = (double)run_for(&f, args[3].value);
	args_print("udp", args);
	printf(", \"bytes\": %llu, \"datagrams\": %llu, \"seconds\": %.6f, \"ns_per_datagram\": %.2f, "
	       "\"per_second\": %.1f}\n",
	    (unsigned long long)f.octets, (unsigned long long)f.datagrams, time / 1e9,
	    time / (double)(f.datagrams ? f.datagrams : 1), (double)f.datagrams * 1e9 / time);
	sock_close(f.from);
	sock_close(f.to);
	pair_fini(&f.pair);
	return f.datagrams > 0 ? 0 : 1;
}
