#include "host/hostnet.h"

#include "base/err.h"
#include "host/sockaddr.h"

#include <ctype.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

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

static bool
nameserver_parse(char *line, struct endpoint *out)
{
	char *word, *zone, *save;

	word = strtok_r(line, " \t\r\n", &save);
	if (!word || strcmp(word, "nameserver") != 0)
		return false;
	word = strtok_r(NULL, " \t\r\n", &save);
	if (!word)
		return false;
	zone = strchr(word, '%');
	if (zone)
		*zone++ = '\0';
	*out = (struct endpoint){.port = 53};
	if (ipaddr_parse(word, &out->addr) < 0)
		return false;
	if (zone)
		out->ifindex = if_nametoindex(zone);
	return true;
}

unsigned
hostnet_nameservers(const char *path, struct endpoint *out, unsigned max)
{
	FILE *f = fopen(path ? path : "/etc/resolv.conf", "re");
	char line[512];
	unsigned n = 0;

	if (!f)
		return 0;
	while (n < max && fgets(line, sizeof line, f)) {
		if (nameserver_parse(line, &out[n]))
			n++;
	}
	fclose(f);
	return n;
}
