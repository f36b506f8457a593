/*
 * run/network/nameservers.c - reads the host's resolv.conf when it has changed, and gives an
 * address on the link to each server that the program cannot reach. It sends no query.
 */
#include "run/network/nameservers.h"

#include "core/iface.h"
#include "host/hostnet.h"

#include <string.h>

void
nameservers_init(
    struct nameservers *n, const struct run_config *config, const char *path, struct iface *gateway)
{
	*n = (struct nameservers){.config = config, .path = path, .gateway = gateway};
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Returns true if the file must be read. */
static bool
has_changed(struct nameservers *n)
{
	struct stat now;

	if (stat(n->path, &now) < 0)
		memset(&now, 0, sizeof now);
	if (n->read && same_file(&now, &n->seen))
		return false;
	n->seen = now;
	n->read = true;
	return true;
}

static void
take_named(struct gate_names *out, const struct resolvconf *conf)
{
	for (unsigned i = 0; i < conf->servers && i < GATE_NAMED; i++)
		out->named[out->nnamed++] = hostnet_nameserver(&conf->server[i]);
	if (!out->nnamed) /* resolv.conf(5): then the server on this host is used */
		out->named[out->nnamed++] = (struct endpoint){.addr = IPADDR_LOOPBACK4, .port = 53};
}

/* Returns the address that is @by above @from. */
static struct ipaddr
address_after(const struct ipaddr *from, unsigned by)
{
	uint8_t octets[16];

	if (ipaddr_is4(from))
		return ipaddr_v4(ipaddr_v4_number(from) + by);
	memcpy(octets, ipaddr_octets(from), sizeof octets);
	octets[15] = (uint8_t)(octets[15] + by);
	return ipaddr_from16(octets);
}

/*
 * Returns the address on the link at which the program reaches server @i. Returns the unspecified
 * address if it can use the address of the server. If the file names one server only, and that is
 * on IPv4 loopback, the address is 10.0.2.3.
 */
static struct ipaddr
address_on_link(const struct nameservers *n, unsigned i)
{
	const struct run_net *net = &n->config->net;
	const struct ipaddr *addr = &n->now.named[i].addr;

	if (!ipaddr_is4(addr))
		return ipaddr_is_link_local(addr) ? address_after(&net->gate6, i + 1) : IPADDR_ANY4;
	if (!ipaddr_is_loopback(addr))
		return IPADDR_ANY4;
	return n->now.nnamed == 1 ? net->dns4 : address_after(&net->dns4, i + 1);
}

static void
place_on_link(struct nameservers *n)
{
	const struct run_net *net = &n->config->net;

	for (unsigned i = 0; i < n->now.nnamed; i++) {
		struct ipaddr *as = &n->now.named_as[i];

		*as = address_on_link(n, i);
		/* Adding fails if the interface has the address from an earlier file. */
		if (!ipaddr_is_any(as) && !ipaddr_eq(as, &net->dns4))
			(void)iface_addr_add(n->gateway, as, ipaddr_is4(as) ? net->bits4 : net->bits6, true);
	}
}

static void
refresh(struct nameservers *n)
{
	const struct run_config *config = n->config;
	const struct endpoint *from;
	struct resolvconf conf;
	unsigned count;

	if (!has_changed(n))
		return;
	hostnet_resolvconf(n->path, &conf);
	n->now = (struct gate_names){.timeout = conf.timeout,
	    .attempts = conf.attempts,
	    .rotate = conf.rotate,
	    .instead = config->nameservers > 0};
	take_named(&n->now, &conf);
	from = n->now.instead ? config->nameserver : n->now.named;
	count = n->now.instead ? config->nameservers : n->now.nnamed;
	for (unsigned i = 0; i < count && i < GATE_NAMESERVERS; i++)
		n->now.server[n->now.servers++] = from[i];
	place_on_link(n);
	n->fresh = true;
}

bool
nameservers_renew(void *nameservers, struct gate_names *out)
{
	struct nameservers *n = nameservers;

	refresh(n);
	if (!n->fresh)
		return false;
	n->fresh = false;
	*out = n->now;
	return true;
}

const struct ipaddr *
nameservers_on_link(struct nameservers *n, const struct ipaddr *addr)
{
	refresh(n);
	for (unsigned i = 0; i < n->now.nnamed; i++)
		if (ipaddr_eq(&n->now.named[i].addr, addr))
			return ipaddr_is_any(&n->now.named_as[i]) ? NULL : &n->now.named_as[i];
	/*
	 * With --dns, an address on loopback that the file does not name leads to the servers of
	 * --dns, too.
	 */
	return n->now.instead && ipaddr_is4(addr) && ipaddr_is_loopback(addr) ? &n->config->net.dns4 : NULL;
}

const struct ipaddr *
nameservers_server(const struct nameservers *n, const struct ipaddr *on_link)
{
	for (unsigned i = 0; i < n->now.nnamed; i++)
		if (!ipaddr_is_any(on_link) && ipaddr_eq(&n->now.named_as[i], on_link))
			return &n->now.named[i].addr;
	return NULL;
}
