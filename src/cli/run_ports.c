/*
 * cli/run_ports.c - parses -p and --dns: addresses with interfaces and brackets, and ports. It
 * opens nothing.
 */
#include "cli/run_ports.h"

#include "cli/common/units.h"
#include "cli/run_options.h"

#include <net/if.h>
#include <string.h>
#include <strings.h>

enum { VALUE_MOST = 128, PORT_DNS = 53 };

static const char wrong_address[] =
    "has no IP address before the ports: write 127.0.0.1:8080:80 or [::1]:8080:80";
static const char wrong_ports[] =
    "is not HOST:PROGRAM, two ports from 1 to 65535: write 8080:80, 127.0.0.1:8080:80 or 5353:53/udp";
static const char wrong_server[] =
    "is not the IP address of a name server: write 127.0.0.1, 127.0.0.1:5353 or [::1]:5353";

static bool
take_port(const char *text, uint16_t *out)
{
	uint64_t n;

	if (unit_count(text, 1, 65535, &n))
		return false;
	*out = (uint16_t)n;
	return true;
}

/*
 * Parses an address. An IPv6 address may be in brackets, and have the interface that a link-local
 * one needs: fe80::1%eth0.
 */
static bool
take_address(const char *from, struct endpoint *out)
{
	char text[VALUE_MOST], *addr = text, *scope;
	size_t len = strlen(from);

	if (len == 0 || len >= sizeof text)
		return false;
	memcpy(text, from, len + 1);
	if (text[0] == '[') {
		if (text[len - 1] != ']')
			return false;
		text[len - 1] = '\0';
		addr++;
	}
	scope = strchr(addr, '%');
	if (scope)
		*scope++ = '\0';
	if (ipaddr_parse(addr, &out->addr))
		return false;
	out->ifindex = scope ? if_nametoindex(scope) : 0;
	return !scope || out->ifindex;
}

/* Returns why @at cannot be a server, or NULL. */
static const char *
unfit(const struct endpoint *at)
{
	if (ipaddr_is_multicast(&at->addr))
		return "is a multicast address, not that of a host";
	if (ipaddr_is_link_local(&at->addr) && !ipaddr_is4(&at->addr) && !at->ifindex)
		return "is link-local: add the interface, as in fe80::1%eth0";
	return NULL;
}

/* Parses ADDRESS or ADDRESS:PORT. An IPv6 address is in brackets if a port follows. */
const char *
run_ports_set_dns(void *run_options, const struct option *option, const char *value)
{
	struct run_options *o = run_options;
	struct endpoint at = {.port = PORT_DNS};
	char text[VALUE_MOST], *colon;
	const char *wrong;

	if (snprintf(text, sizeof text, "%s", value) >= (int)sizeof text)
		return wrong_server;
	colon = strrchr(text, ':');
	if (colon && colon > text && (strchr(text, ':') == colon || colon[-1] == ']')) {
		if (!take_port(colon + 1, &at.port))
			return wrong_server;
		*colon = '\0';
	}
	if (!take_address(text, &at))
		return wrong_server;
	wrong = unfit(&at);
	if (wrong)
		return wrong;
	if (o->config.nameservers == RUN_NAMESERVERS)
		return "is one too many: at most three name servers can be given";
	o->config.nameserver[o->config.nameservers++] = at;
	return NULL;
}

/*
 * Parses the protocol after the slash, and cuts it off. Returns false if it is neither tcp nor udp.
 */
static bool
take_protocol(char *text, bool *udp)
{
	char *slash = strrchr(text, '/');

	*udp = false;
	if (!slash)
		return true;
	*slash = '\0';
	*udp = strcasecmp(slash + 1, "udp") == 0;
	return *udp || strcasecmp(slash + 1, "tcp") == 0;
}

/* Parses [ADDRESS:]HOST, or ADDRESS alone, where the port is that of the program. */
static const char *
take_outside(char *text, struct run_publish *p)
{
	char *colon = strrchr(text, ':');
	const char *wrong = wrong_ports;

	if (take_port(text, &p->outside.port))
		return NULL;
	if (colon) {
		*colon = '\0';
		if (take_port(colon + 1, &p->outside.port)) {
			if (take_address(text, &p->outside))
				return NULL;
			wrong = wrong_address;
		}
		*colon = ':';
	}
	p->outside.port = p->inside;
	return take_address(text, &p->outside) ? NULL : wrong;
}

static bool
is_taken(const struct run_options *o, const struct run_publish *p)
{
	for (size_t i = 0; i < o->config.npublish; i++) {
		const struct run_publish *other = &o->publish[i];

		if (other->udp == p->udp && other->outside.port == p->outside.port &&
		    ipaddr_eq(&other->outside.addr, &p->outside.addr))
			return true;
	}
	return false;
}

/*
 * Parses [ADDRESS:]HOST:PROGRAM[/udp|/tcp] or [ADDRESS:]BOTH. It begins at the end, because an IPv6
 * address has colons of its own.
 */
const char *
run_ports_set_publish(void *run_options, const struct option *option, const char *value)
{
	struct run_options *o = run_options;
	struct run_publish p = {.outside = {.addr = IPADDR_LOOPBACK4}};
	char text[VALUE_MOST], *inside;
	const char *wrong = NULL;

	if (o->config.npublish == RUN_PUBLISH_MAX)
		return "is one too many: at most 64 ports can be published";
	if (snprintf(text, sizeof text, "%s", value) >= (int)sizeof text)
		return wrong_ports;
	if (!take_protocol(text, &p.udp))
		return "does not end in /tcp or /udp";
	inside = strrchr(text, ':');
	if (!take_port(inside ? inside + 1 : text, &p.inside))
		return wrong_ports;
	if (inside) {
		*inside = '\0';
		wrong = take_outside(text, &p);
	} else {
		p.outside.port = p.inside;
	}
	if (!wrong)
		wrong = unfit(&p.outside);
	if (!wrong && is_taken(o, &p))
		wrong = "has a port of this machine that is published already";
	if (!wrong)
		o->publish[o->config.npublish++] = p;
	return wrong;
}
