/*
 * bench/datagrams.c - serves datagrams for measurements: port 9 counts, port 19 sends.
 *
 * Port 9 counts the datagrams that arrive. "?" there is answered, as text, with the number since
 * the last "?". Port 19 takes "SIZE SEGMENTS MILLISECONDS": for that time it sends back datagrams
 * of SIZE octets, SEGMENTS with each call, and at the end one datagram of one octet.
 */
#include "tap.h"
#include "tap_stack.h"

#include <stdio.h>
#include <string.h>

enum { PORT_COUNT = 9, PORT_SEND = 19, BURST = 64, ROOM = 65536 };

static struct {
	struct loop *loop;
	struct sock *count, *send;
	uint64_t came;
	struct sock_msg to;
	unsigned size, segments;
	nsec_t until; /* 0 = no order */
	uint8_t buf[ROOM];
} d;

static void
counting(struct sock *sk, void *arg)
{
	struct sock_msg msg;
	ssize_t n;

	while ((n = sock_recv(sk, d.buf, ROOM, 0, &msg)) >= 0) {
		char text[24];

		if (n != 1 || d.buf[0] != '?') {
			d.came++;
			continue;
		}
		n = snprintf(text, sizeof text, "%llu", (unsigned long long)d.came);
		d.came = 0;
		sock_send(sk, text, (size_t)n, 0, &msg);
	}
}

static void
asked(struct sock *sk, void *arg)
{
	unsigned size, segments, ms;
	struct sock_msg msg;
	char text[64];
	ssize_t n;

	while ((n = sock_recv(sk, text, sizeof text - 1, 0, &msg)) >= 0) {
		text[n] = '\0';
		if (sscanf(text, "%u %u %u", &size, &segments, &ms) != 3 || size == 0 || segments == 0 ||
		    (size_t)size * segments > ROOM)
			continue;
		d.to = (struct sock_msg){.peer = msg.peer, .seg_size = segments > 1 ? (uint16_t)size : 0};
		d.size = size;
		d.segments = segments;
		d.until = loop_now(d.loop) + (nsec_t)ms * MSEC;
	}
}

static struct sock *
open_on(struct socks *socks, uint16_t port, void (*fn)(struct sock *sk, void *arg))
{
	struct endpoint any = {.addr = IPADDR_ANY6, .port = port};
	int room = 4 << 20;
	struct sock *sk;

	bench_must("socket", sock_open(socks, true, SOCK_TYPE_DGRAM, &sk));
	bench_must("SO_RCVBUF", sock_setopt(sk, 1, 33, &room, sizeof room));
	bench_must("bind", sock_bind(sk, &any));
	sock_watch(sk, fn, NULL);
	return sk;
}

void
datagrams_serve(struct socks *socks, struct loop *loop)
{
	d.loop = loop;
	d.count = open_on(socks, PORT_COUNT, counting);
	d.send = open_on(socks, PORT_SEND, asked);
}

nsec_t
datagrams_next(void)
{
	return d.until ? loop_now(d.loop) : NSEC_NEVER;
}

void
datagrams_run(nsec_t now)
{
	if (!d.until)
		return;
	for (unsigned i = 0; i < BURST; i += d.segments)
		if (sock_send(d.send, d.buf, (size_t)d.size * d.segments, 0, &d.to) < 0)
			break; /* the device is full; the next turn continues */
	if (now < d.until)
		return;
	d.until = 0;
	d.to.seg_size = 0;
	sock_send(d.send, d.buf, 1, 0, &d.to);
}
