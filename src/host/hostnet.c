/*
 * host/hostnet.c - lists the subnets of the machine's interfaces, and reads its resolv.conf. It
 * changes nothing on the machine.
 */
#include "host/hostnet.h"

#include "base/err.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PORT_DNS = 53, RESOLVCONF_MOST = 1 << 20 };

static uint8_t
mask_bits(const struct ipaddr *mask)
{
	bool v4 = ipaddr_is4(mask);
	const uint8_t *octets = v4 ? ipaddr_octets4(mask) : ipaddr_octets(mask);
	unsigned bits = 0, all = v4 ? 32 : 128;

	while (bits < all && (octets[bits / 8] >> (7 - bits % 8) & 1))
		bits++;
	return (uint8_t)bits;
}

static bool
subnet_from(struct subnet *out, const struct ifaddrs *ifa)
{
	struct endpoint addr, mask;

	if (!ifa->ifa_addr || !ifa->ifa_netmask || !(ifa->ifa_flags & IFF_UP))
		return false;
	if (!endpoint_from_sockaddr(&addr, ifa->ifa_addr))
		return false;
	out->addr = addr.addr;
	if (!endpoint_from_sockaddr(&mask, ifa->ifa_netmask))
		return false;
	out->bits = mask_bits(&mask.addr);
	return true;
}

int
hostnet_subnets(struct subnet *out, unsigned max)
{
	struct ifaddrs *all;
	unsigned n = 0;

	if (getifaddrs(&all) < 0)
		return -errno;
	for (struct ifaddrs *ifa = all; ifa && n < max; ifa = ifa->ifa_next) {
		if (subnet_from(&out[n], ifa))
			n++;
	}
	freeifaddrs(all);
	return (int)n;
}

bool
subnet_overlaps(const struct subnet *a, const struct subnet *b)
{
	return ipaddr_prefix_match(&a->addr, &b->addr, a->bits < b->bits ? a->bits : b->bits);
}

/* Reads at most RESOLVCONF_MOST octets of @fd. The caller frees them. NULL without memory. */
static char *
read_all(int fd, size_t *len)
{
	char *text = malloc(RESOLVCONF_MOST);

	*len = 0;
	while (text && *len < RESOLVCONF_MOST) {
		ssize_t n = read(fd, text + *len, RESOLVCONF_MOST - *len);

		if (n <= 0 && !(n < 0 && errno == EINTR))
			break;
		*len += n > 0 ? (size_t)n : 0;
	}
	return text;
}

void
hostnet_resolvconf(const char *path, struct resolvconf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = NULL;
	size_t len = 0;

	if (fd >= 0)
		text = read_all(fd, &len);
	if (len == RESOLVCONF_MOST) { /* drop the last line: half a line can have another meaning */
		while (len > 0 && text[len - 1] != '\n')
			len--;
	}
	resolvconf_parse(out, text ? text : "", text ? len : 0);
	free(text);
	if (fd >= 0)
		close(fd);
}

struct endpoint
hostnet_nameserver(const struct resolvconf_server *s)
{
	struct endpoint e = {.addr = s->addr, .port = PORT_DNS};

	if (*s->scope)
		e.ifindex = if_nametoindex(s->scope);
	if (*s->scope && !e.ifindex)
		e.ifindex = (uint32_t)strtoul(s->scope, NULL, 10);
	return e;
}
