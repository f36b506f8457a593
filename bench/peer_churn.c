/*
 * bench/peer_churn.c - measures the same as bench/churn.c, with Linux: connections over loopback
 * that are opened, used for one request and one answer, and closed, one after the other, by one
 * thread.
 *
 *   peer_churn [--octets SIZE] [--ip 4|6] [--seconds S]
 *
 * The server closes first and keeps the TIME-WAIT states. So that no port is reused too early, the
 * client goes through the addresses of 127.0.0.0/8, each with ports of its own. IPv6 has only ::1
 * on loopback.
 */
#include "args.h"
#include "plain.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORTS_EACH = 20000, OCTETS_MAX = 65536 };

static int family;
static struct sockaddr_storage server;
static socklen_t server_len;
static char buf[OCTETS_MAX];
static size_t octets;

static int
open_listener(void)
{
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in a4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd, "socket");
	if (family == AF_INET6)
		must(bind(fd, (void *)&a6, sizeof a6), "bind");
	else
		must(bind(fd, (void *)&a4, sizeof a4), "bind");
	must(listen(fd, 4096), "listen");
	server_len = sizeof server;
	must(getsockname(fd, (void *)&server, &server_len), "getsockname");
	return fd;
}

/* Binds connection @n to an address of its own: 127.0.1.1 and up. */
static void
name_client(int fd, uint64_t n)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int yes = 1;

	if (family != AF_INET)
		return;
	a.sin_addr.s_addr = htonl(0x7f000101u + (uint32_t)(n / PORTS_EACH % 60000));
	must(
	    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes), "IP_BIND_ADDRESS_NO_PORT");
	must(bind(fd, (void *)&a, sizeof a), "bind");
}

/* The octets must fit a socket's buffer, because one thread serves both ends. */
static void
exchange(int from, int to)
{
	must((int)write(from, buf, octets), "write");
	for (size_t left = octets; left > 0;) {
		ssize_t n = read(to, buf, left);

		must(n > 0 ? 0 : -1, "read");
		left -= (size_t)n;
	}
}

static void
churn_once(int listener, uint64_t n)
{
	int client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), child;
	char octet;

	must(client, "socket");
	name_client(client, n);
	must(connect(client, (void *)&server, server_len), "connect");
	child = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	must(child, "accept");
	exchange(client, child);
	exchange(child, client);
	close(child);
	must((int)read(client, &octet, 1), "read");
	close(client);
}

int
main(int argc, char **argv)
{
	struct bench_arg args[] = {{"octets", 100}, {"ip", 4}, {"seconds", 1}, {NULL, 0}};
	uint64_t n = 0;
	int64_t used;
	int listener;

	args_read(args, argc, argv);
	octets = args[0].value < OCTETS_MAX ? (size_t)args[0].value : OCTETS_MAX;
	family = args[1].value == 6 ? AF_INET6 : AF_INET;
	listener = open_listener();
	used = args_cpu_time();
	do
		churn_once(listener, n++);
	while (args_cpu_time() - used < (int64_t)(args[2].value * 1e9));
	used = args_cpu_time() - used;
	args_print("churn", args);
	printf(", \"connections\": %llu, \"seconds\": %.6f, \"per_second\": %.1f}\n", (unsigned long long)n,
	    (double)used / 1e9, (double)n * 1e9 / (double)used);
	return 0;
}
