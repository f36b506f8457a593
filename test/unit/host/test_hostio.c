/*
 * test/unit/host/test_hostio.c - the rules of io over the machine's sockets, by IPv4 and by IPv6.
 */
#include "host/hostio_rig.h"

int
main(void)
{
	struct ipaddr v4 = IPADDR_LOOPBACK4, v6 = IPADDR_LOOPBACK6;

	return conform_run("the machine, IPv4", rig_begin, rig_end, &v4) +
	       conform_run("the machine, IPv6", rig_begin, rig_end, &v6);
}
