/*
 * host/local_addr.c - asks the kernel which source address it would choose.
 */
#include "host/local_addr.h"

#include "host/sockaddr.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

static bool
is_for_others(const struct ipaddr *a)
{
	return !ipaddr_is_any(a) && !ipaddr_is_loopback(a) && !ipaddr_is_link_local(a);
}

/*
 * A datagram socket that is connected has an address, and has sent nothing. No one has the
 * addresses of the peers: they are for documents (RFC 5737, RFC 3849).
 */
static bool
of_default_route(bool v4, struct ipaddr *out)
{
	struct endpoint peer = {.port = 9}, local;
	struct sockaddr_storage ss;
	socklen_t len;
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found;

	if (fd < 0)
		return false;
	ipaddr_parse(v4 ? "192.0.2.1" : "2001:db8::1", &peer.addr);
	len = sockaddr_from_endpoint(&ss, &peer);
	found = connect(fd, (struct sockaddr *)&ss, len) == 0;
	len = sizeof ss;
	found = found && getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
		endpoint_from_sockaddr(&local, (struct sockaddr *)&ss) && is_for_others(&local.addr);
	close(fd);
	if (found)
		*out = local.addr;
	return found;
}

static bool
of_any_network(bool v4, struct ipaddr *out)
{
	struct ifaddrs *all;
	struct endpoint e;
	bool found = false;

	if (getifaddrs(&all) < 0)
		return false;
	for (const struct ifaddrs *i = all; i && !found; i = i->ifa_next) {
		found = i->ifa_addr && (i->ifa_flags & IFF_UP) && endpoint_from_sockaddr(&e, i->ifa_addr) &&
			ipaddr_is4(&e.addr) == v4 && is_for_others(&e.addr);
	}
	freeifaddrs(all);
	if (found)
		*out = e.addr;
	return found;
}

static bool
reaches_others(const struct endpoint *at, struct endpoint *out)
{
	bool v4 = ipaddr_is4(&at->addr);

	if (at->port == 0)
		return false;
	*out = *at;
	if (!ipaddr_is_any(&at->addr))
		return !ipaddr_is_loopback(&at->addr);
	return of_default_route(v4, &out->addr) || of_any_network(v4, &out->addr);
}

/* Some phones and routers have nothing but IPv4. */
bool
local_endpoint_for_others(const struct endpoint *at, unsigned n, struct endpoint *out)
{
	for (int v4 = 1; v4 >= 0; v4--) {
		for (unsigned i = 0; i < n; i++) {
			if (ipaddr_is4(&at[i].addr) == v4 && reaches_others(&at[i], out))
				return true;
		}
	}
	return false;
}
