/*
 * cli/run_net.c - chooses the network inside a run: 10.0.2.0/24 and fd00:2::/64, as other tools do.
 * If the host uses one of them itself, as a virtual machine often does, another is taken, so that
 * the program can reach the host's neighbours.
 */
#include "cli/common/error.h"
#include "cli/run_options.h"
#include "host/hostnet.h"
#include "host/random.h"

#include <string.h>

void
run_net_set4(struct run_net *net, uint32_t number)
{
	number &= 0xffffff00;
	net->gate4 = ipaddr_v4(number | 2);
	net->dns4 = ipaddr_v4(number | 3);
	net->host4 = ipaddr_v4(number | 15);
	net->bits4 = 24;
}

void
run_net_set6(struct run_net *net, const struct ipaddr *prefix)
{
	uint8_t octets[16] = {0};

	memcpy(octets, ipaddr_octets(prefix), 8);
	octets[15] = 2;
	net->gate6 = ipaddr_from16(octets);
	octets[15] = 0x15;
	net->host6 = ipaddr_from16(octets);
	net->bits6 = 64;
}

static bool
taken(const struct subnet *used, int n, const struct ipaddr *addr, uint8_t bits)
{
	const struct subnet inside = {*addr, bits};

	for (int i = 0; i < n; i++)
		if (subnet_overlaps(&used[i], &inside))
			return true;
	return false;
}

static int
settle4(struct run_options *o, const struct subnet *used, int n)
{
	static const uint32_t others[] = {0x0a4c0200, 0xac1f0200, 0xc0a8ca00, 0x0ae90200, 0xac1d4d00};
	struct run_net *net = &o->config.net;

	if (!taken(used, n, &net->host4, net->bits4))
		return 0;
	if (o->net4_given) {
		error_line("run", "--net: the host uses this network itself");
		return -1;
	}
	for (unsigned i = 0; i < sizeof others / sizeof *others; i++) {
		run_net_set4(net, others[i]);
		if (!taken(used, n, &net->host4, net->bits4))
			return 0;
	}
	error_line(
	    "run", "the host uses 10.0.2.0/24 and all other networks that were tried; choose one with --net");
	return -1;
}

static int
settle6(struct run_options *o, const struct subnet *used, int n)
{
	struct run_net *net = &o->config.net;
	uint8_t octets[16] = {0xfd, 0, 0, 2};

	for (uint8_t i = 2; taken(used, n, &net->host6, net->bits6); i++) {
		struct ipaddr prefix;

		if (o->net6_given || i == 255) {
			error_line("run", "--net: the host uses this network itself");
			return -1;
		}
		octets[3] = (uint8_t)(i + 1);
		prefix = ipaddr_from16(octets);
		run_net_set6(net, &prefix);
	}
	return 0;
}

int
run_options_settle(struct run_options *o)
{
	struct subnet used[HOSTNET_SUBNETS];
	int n = hostnet_subnets(used, HOSTNET_SUBNETS);

	if (!o->seed_given)
		o->config.seed = random_seed();
	if (n < 0)
		n = 0; /* if the machine does not say, no network is taken to overlap */
	return settle4(o, used, n) || settle6(o, used, n) ? -1 : 0;
}
