/*
 * bench/blast.c - the Linux side of bench/datagrams.c, with ordinary sockets.
 *
 * It sends datagrams to port 9 of a host and asks there how many arrived, or asks port 19 to send
 * and counts what arrives. It also serves these two ports, so that Linux can take Leat's place.
 *
 *   blast send|draw ADDRESS SIZE SEGMENTS SECONDS
 *   blast serve
 */
#include "plain.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum { PORT_COUNT = 9, PORT_SEND = 19, ROOM = 65536, BATCH = 64, ANSWER_MS = 1000, AGAIN_MS = 50 };

static char buf[ROOM];

static int
open_socket(void)
{
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"), room = 4 << 20;

	/* More than net.core.rmem_max if that is allowed, otherwise up to it. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
		must(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room), "SO_RCVBUF");
	return fd;
}

static void
cut_into(int fd, int size, int segments)
{
	int cut = segments > 1 ? size : 0;

	must(setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &cut, sizeof cut), "UDP_SEGMENT");
}

static int
connect_to(const char *address, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = open_socket();

	if (inet_pton(AF_INET, address, &a.sin_addr) != 1) {
		errno = EINVAL;
		must(-1, address);
	}
	must(connect(fd, (void *)&a, sizeof a), "connect");
	return fd;
}

static bool
readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

/*
 * Returns how many datagrams arrived since the last question. The question may be lost after a
 * flood, and is then repeated every @ms milliseconds.
 */
static uint64_t
ask(int fd, int ms)
{
	cut_into(fd, 1, 1);
	for (int tries = 0; tries < 60 * ANSWER_MS / ms; tries++) {
		ssize_t n;

		must((int)send(fd, "?", 1, 0), "send");
		if (!readable(fd, ms))
			continue;
		n = recv(fd, buf, sizeof buf - 1, 0);
		if (n > 0) {
			buf[n] = '\0';
			return strtoull(buf, NULL, 10);
		}
	}
	errno = ETIMEDOUT;
	return (uint64_t)must(-1, "no answer");
}

static uint64_t
send_for(const char *address, int size, int segments, double seconds, uint64_t *sent)
{
	int fd = connect_to(address, PORT_COUNT);
	int64_t until;

	ask(fd, ANSWER_MS);
	cut_into(fd, size, segments);
	memset(buf, 'x', sizeof buf);
	for (until = monotonic() + (int64_t)(seconds * 1e9); monotonic() < until;) {
		for (int i = 0; i < BATCH; i += segments) {
			if (send(fd, buf, (size_t)size * (size_t)segments, 0) > 0)
				*sent += (uint64_t)segments;
			else if (errno != ENOBUFS)
				must(-1, "send");
		}
	}
	return ask(fd, AGAIN_MS); /* the question queues after the flood */
}

static uint64_t
draw_for(const char *address, int size, int segments, double seconds)
{
	int fd = connect_to(address, PORT_SEND), n;
	uint64_t came = 0;

	n = snprintf(buf, sizeof buf, "%d %d %d", size, segments, (int)(seconds * 1000));
	must((int)send(fd, buf, (size_t)n, 0), "send");
	while (readable(fd, ANSWER_MS)) {
		if (must((int)recv(fd, buf, sizeof buf, 0), "recv") == 1)
			break;
		came++;
	}
	return came;
}

/* Serving */

static int
bind_on(uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = open_socket();

	must(bind(fd, (void *)&a, sizeof a), "bind");
	return fd;
}

static void
serve_count(int fd, uint64_t *came)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof peer;
	ssize_t n;

	while ((n = recvfrom(fd, buf, sizeof buf, MSG_DONTWAIT, (void *)&peer, &len)) >= 0) {
		if (n != 1 || buf[0] != '?') {
			(*came)++;
			continue;
		}
		n = snprintf(buf, sizeof buf, "%llu", (unsigned long long)*came);
		sendto(fd, buf, (size_t)n, 0, (void *)&peer, len);
		*came = 0;
	}
}

static void
serve_send(int fd)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof peer;
	int size, segments, ms;
	ssize_t n = recvfrom(fd, buf, 63, 0, (void *)&peer, &len);

	buf[n > 0 ? n : 0] = '\0';
	if (sscanf(buf, "%d %d %d", &size, &segments, &ms) != 3 || size < 1 || segments < 1 ||
	    size * segments > ROOM)
		return;
	cut_into(fd, size, segments);
	for (int64_t until = monotonic() + ms * 1000000LL; monotonic() < until;)
		for (int i = 0; i < BATCH; i += segments)
			sendto(fd, buf, (size_t)size * (size_t)segments, 0, (void *)&peer, len);
	cut_into(fd, 1, 1);
	sendto(fd, buf, 1, 0, (void *)&peer, len);
}

static void
serve(void)
{
	struct pollfd p[2] = {
	    {.fd = bind_on(PORT_COUNT), .events = POLLIN}, {.fd = bind_on(PORT_SEND), .events = POLLIN}};
	uint64_t came = 0;

	printf("ready\n");
	fflush(stdout);
	while (poll(p, 2, -1) > 0) {
		if (p[0].revents)
			serve_count(p[0].fd, &came);
		if (p[1].revents)
			serve_send(p[1].fd);
	}
}

int
main(int argc, char **argv)
{
	uint64_t sent = 0, came;
	double seconds;
	int size, segments;

	if (argc == 2 && !strcmp(argv[1], "serve")) {
		serve();
		return 1;
	}
	if (argc != 6 || (strcmp(argv[1], "send") && strcmp(argv[1], "draw"))) {
		fprintf(stderr, "usage: blast send|draw ADDRESS SIZE SEGMENTS SECONDS, or blast serve\n");
		return 2;
	}
	size = atoi(argv[3]);
	segments = atoi(argv[4]);
	seconds = atof(argv[5]);
	if (size < 2 || segments < 1 || size * segments > ROOM || seconds <= 0)
		return 2;
	came = argv[1][0] == 's' ? send_for(argv[2], size, segments, seconds, &sent)
				 : draw_for(argv[2], size, segments, seconds);
	printf("{\"bench\": \"udp\", \"params\": {\"size\": %d, \"segments\": %d}, \"sent\": %llu, "
	       "\"datagrams\": %llu, \"seconds\": %g, \"per_second\": %.1f}\n",
	    size, segments, (unsigned long long)sent, (unsigned long long)came, seconds,
	    (double)came / seconds);
	return 0;
}
