/*
 * run/network/publish.c - opens published ports on both sides of the link, and reports those on
 * which the program does not listen. It carries no data.
 */
#include "run/network/publish.h"

#include "base/err.h"
#include "gate/gate.h"
#include "run/network/assembly.h"
#include "stack/stack.h"
#include "tcp/tcp.h"
#include "udp/udp.h"
#include "wire/ip.h"

#include <stdio.h>

enum { OTHER_PORTS_MAX = 4, OTHER_PORTS_TEXT = 64 };

/*
 * Writes "8080" to @buf; or "192.0.2.1:8080" if the address is not the usual one. Returns the text.
 */
static const char *
outside_text(const struct endpoint *at, char buf[static ENDPOINT_TEXT])
{
	if (!ipaddr_eq(&at->addr, &IPADDR_LOOPBACK4))
		return endpoint_text(at, buf);
	snprintf(buf, ENDPOINT_TEXT, "%u", at->port);
	return buf;
}

static const char *
advice(const struct run_publish *p, int error)
{
	if (error == -LEAT_EACCES && p->outside.port < 1024)
		return "; a user without privileges may not take ports below 1024 "
		       "(net.ipv4.ip_unprivileged_port_start)";
	if (error == -LEAT_EADDRINUSE)
		return "; another program of this machine, or another -p, listens there";
	if (error == -LEAT_EADDRNOTAVAIL)
		return "; no interface of this machine has that address";
	return "";
}

static int
open_port(struct assembly *a, const struct run_publish *p)
{
	int rc = gate_publish(a->parts.gateway, p->udp, &p->outside, p->inside);

	return rc ? rc
		  : iface_open_loopback(a->program_iface, p->udp ? IP_PROTO_UDP : IP_PROTO_TCP, p->inside);
}

int
publish_begin(struct assembly *a, const struct run_config *config)
{
	for (size_t i = 0; i < config->npublish; i++) {
		const struct run_publish *p = &config->publish[i];
		char text[ENDPOINT_TEXT];
		int rc = open_port(a, p);

		if (rc) {
			fprintf(stderr, "leat: cannot listen on %s%s: %s%s\n",
			    endpoint_text(&p->outside, text), p->udp ? " (UDP)" : "", err_text(rc),
			    advice(p, rc));
			a->explained = true;
			return rc;
		}
	}
	return 0;
}

bool
publish_serves(void *assembly, bool udp, const struct endpoint *at)
{
	struct assembly *a = assembly;

	return udp ? udp_serves(stack_udp(a->parts.host), a->program_iface, at)
		   : tcp_serves(stack_tcp(a->parts.host), a->program_iface, at);
}

/*
 * Writes " (it does on 3000 and 3001)" to @buf, since one of these ports was probably meant; "" if
 * the program listens on no TCP port. Returns @buf.
 */
static const char *
other_ports(struct assembly *a, bool udp, char buf[static OTHER_PORTS_TEXT])
{
	uint16_t port[OTHER_PORTS_MAX];
	unsigned n = udp ? 0 : tcp_listening_ports(stack_tcp(a->parts.host), port, OTHER_PORTS_MAX);
	int len = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < n; i++)
		len += snprintf(buf + len, (size_t)(OTHER_PORTS_TEXT - len), "%s%u",
		    i == 0       ? " (it does on "
		    : i + 1 == n ? " and "
				 : ", ",
		    port[i]);
	if (n)
		snprintf(buf + len, (size_t)(OTHER_PORTS_TEXT - len), ")");
	return buf;
}

/*
 * Prints one line for each port, since a client usually tries again and again until the server is
 * there.
 */
void
publish_unserved(void *assembly, bool udp, uint16_t port)
{
	struct assembly *a = assembly;

	for (size_t i = 0; i < a->config->npublish && i < IFACE_OPENED && !a->config->quiet; i++) {
		const struct run_publish *p = &a->config->publish[i];
		char text[ENDPOINT_TEXT], more[OTHER_PORTS_TEXT];

		if (p->inside != port || p->udp != udp || a->unserved & UINT64_C(1) << i)
			continue;
		a->unserved |= UINT64_C(1) << i;
		fprintf(stderr,
		    "leat: -p %s:%u%s: a client came, but the program does not listen on %s port %u%s; %s\n",
		    outside_text(&p->outside, text), port, udp ? "/udp" : "", udp ? "UDP" : "TCP", port,
		    other_ports(a, udp, more), udp ? "what it sent is lost" : "it was refused");
	}
}
