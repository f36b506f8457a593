/*
 * host/local_addr.h - by which of its addresses others reach this machine.
 */
#ifndef HOST_LOCAL_ADDR_H
#define HOST_LOCAL_ADDR_H

#include "base/ipaddr.h"

/*
 * Finds where a machine in the same network can open one of @n endpoints at which this machine
 * listens: at an endpoint's own address, or, if that is for all addresses, at that of the default
 * route, or else of any network. IPv4 goes first. An endpoint with the port 0 does not count. Sends
 * nothing. False if there is none: for example, all are loopback.
 */
bool local_endpoint_for_others(const struct endpoint *at, unsigned n, struct endpoint *out);

#endif
