/*
 * gate/gate_map.c - which address outside a destination of the program stands for, which address
 * inside a client outside is shown with, and which error inside an error outside becomes.
 */
#include "base/err.h"
#include "gate/impl.h"

enum { PORT_DNS = 53 };

static bool
is_own(const struct gate_config *c, const struct ipaddr *a)
{
	return ipaddr_eq(a, &c->own4) || ipaddr_eq(a, &c->own6);
}

/*
 * Returns the host's resolver on its loopback (systemd-resolved, for example), or NULL. The program
 * reaches it under the gateway's own address.
 */
static const struct endpoint *
loopback_nameserver(const struct gate_config *c, bool v4)
{
	for (unsigned i = 0; i < c->names.servers; i++) {
		const struct endpoint *at = &c->names.server[i];

		if (ipaddr_is_loopback(&at->addr) && ipaddr_is4(&at->addr) == v4)
			return at;
	}
	return NULL;
}

/*
 * Returns the server that the program asks under another address, because it is on the host's
 * loopback or link-local; or NULL.
 */
static const struct endpoint *
nameserver_as(const struct gate_names *names, const struct ipaddr *addr)
{
	for (unsigned i = 0; i < names->nnamed; i++)
		if (ipaddr_eq(&names->named_as[i], addr))
			return &names->named[i];
	return NULL;
}

struct endpoint
gate_map(const struct gate_config *c, const struct endpoint *shown)
{
	const struct endpoint *resolver = loopback_nameserver(c, ipaddr_is4(&shown->addr));
	const struct endpoint *as = nameserver_as(&c->names, &shown->addr);
	struct endpoint e = {.addr = shown->addr, .port = shown->port};

	if (as && shown->port == PORT_DNS)
		return *as;

	if (ipaddr_eq(&shown->addr, &c->dns)) {
		if (shown->port == PORT_DNS && c->names.servers > 0)
			return c->names.server[0];
		e.addr = IPADDR_LOOPBACK4;
	} else if (is_own(c, &shown->addr)) {
		if (shown->port == PORT_DNS && resolver)
			return *resolver;
		e.addr = ipaddr_is4(&shown->addr) ? IPADDR_LOOPBACK4 : IPADDR_LOOPBACK6;
	}
	return e;
}

/*
 * Returns the IPv6 address that stands for @v4: 64:ff9b:1::/96, for use within a network (RFC 8215;
 * RFC 6052, 2.2).
 */
static struct ipaddr
as_ip6(const struct ipaddr *v4)
{
	uint8_t octets[16] = {0x00, 0x64, 0xff, 0x9b, 0x00, 0x01};

	memcpy(octets + 12, ipaddr_octets4(v4), 4);
	return ipaddr_from16(octets);
}

/*
 * Returns the address of clients whose own address has no meaning inside: 192.0.0.8, the dummy
 * address of RFC 7600.
 */
static struct ipaddr
dummy_client(bool v4)
{
	struct ipaddr dummy = ipaddr_v4(0xc0000008);

	return v4 ? dummy : as_ip6(&dummy);
}

/*
 * Returns true if @a belongs to another host inside: it is the gateway's or the program's address
 * there, or link-local.
 */
static bool
means_another_inside(const struct gate_config *c, const struct ipaddr *a)
{
	return ipaddr_is_link_local(a) || ipaddr_prefix_match(a, &c->own4, 24) ||
	       ipaddr_prefix_match(a, &c->own6, 64);
}

/*
 * Returns the address under which the program sees the client @peer. Only clients on the host's
 * loopback, which does not cross a wire, have the gateway's own address: a program may take that
 * for loopback, and trust it.
 */
static struct endpoint
map_peer(const struct gate_config *c, const struct endpoint *peer, bool v4)
{
	struct endpoint e = {.addr = peer->addr, .port = peer->port};

	if (ipaddr_is_loopback(&peer->addr))
		e.addr = v4 ? c->own4 : c->own6;
	else if (means_another_inside(c, &peer->addr) || (v4 && !ipaddr_is4(&peer->addr)))
		e.addr = dummy_client(v4);
	else if (!v4 && ipaddr_is4(&peer->addr))
		e.addr = as_ip6(&peer->addr);
	return e;
}

bool
gate_map_client(const struct gate_config *c, bool udp, const struct endpoint *peer, uint16_t port,
    struct endpoint *inside, struct endpoint *shown)
{
	bool v4 = ipaddr_is4(&peer->addr);
	struct endpoint own = {.addr = v4 ? c->program4 : c->program6, .port = port};
	struct endpoint other = {.addr = v4 ? c->program6 : c->program4, .port = port};

	*inside = own;
	*shown = map_peer(c, peer, v4);
	if (!c->serves || c->serves(c->program, udp, &own))
		return true;
	if (!c->serves(c->program, udp, &other))
		return false;
	*inside = other;
	*shown = map_peer(c, peer, !v4);
	return true;
}

void
gate_unserved(struct gate *g, bool udp, uint16_t port)
{
	if (g->config.unserved)
		g->config.unserved(g->config.program, udp, port);
}

bool
gate_ran_out(int error)
{
	error = error < 0 ? -error : error;
	return error == LEAT_EMFILE || error == LEAT_ENFILE || error == LEAT_ENOBUFS || error == LEAT_ENOMEM;
}

int
gate_refusal(int error)
{
	switch (error < 0 ? -error : error) {
	case LEAT_EHOSTUNREACH:
	case LEAT_EHOSTDOWN:
	case LEAT_ENONET:
		return LEAT_EHOSTUNREACH;
	case LEAT_ENETUNREACH:
	case LEAT_ENETDOWN:
	case LEAT_EAFNOSUPPORT:  /* no IPv6 on this machine */
	case LEAT_EADDRNOTAVAIL: /* no IPv6 address, only the module */
	case LEAT_EINVAL:        /* an address that nothing can be sent to */
		return LEAT_ENETUNREACH;
	case LEAT_EACCES:
	case LEAT_EPERM: /* the host's firewall */
		return LEAT_EACCES;
	case LEAT_ETIMEDOUT:
	case LEAT_EMFILE:
	case LEAT_ENFILE:
	case LEAT_ENOMEM:
	case LEAT_ENOBUFS:
	case LEAT_EAGAIN:
		return -1;
	default:
		return LEAT_ECONNREFUSED;
	}
}
