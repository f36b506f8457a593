/*
 * run/network/config.c - sets the defaults of a run's configuration: the addresses inside, the MTU
 * and the seed. It checks nothing.
 */
#include "run/network/config.h"

void
run_config_default(struct run_config *config)
{
	static const uint8_t host6[16] = {0xfd, 0, 0, 2, [15] = 0x15},
			     gate6[16] = {0xfd, 0, 0, 2, [15] = 0x02};

	*config = (struct run_config){.mtu = 1500, .seed = 1};
	config->net = (struct run_net){.host4 = ipaddr_v4(0x0a00020f),
	    .gate4 = ipaddr_v4(0x0a000202),
	    .dns4 = ipaddr_v4(0x0a000203),
	    .bits4 = 24,
	    .host6 = ipaddr_from16(host6),
	    .gate6 = ipaddr_from16(gate6),
	    .bits6 = 64};
}
