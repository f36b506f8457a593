/*
 * run/network/publish.h - published ports (-p): opens them on the host and on the program's stack,
 * and finds the listener of the program that a client reaches. It carries no data.
 *
 * A listener on the program's outer address comes first. Then comes one on its loopback, which most
 * development servers have. A client of one address family also reaches a listener of the other.
 */
#ifndef RUN_NETWORK_PUBLISH_H
#define RUN_NETWORK_PUBLISH_H

#include "base/ipaddr.h"
#include "run/network/config.h"

struct assembly;

/*
 * Opens all published ports of @config. Returns 0; or the error of the first one that failed, after
 * a line on stderr.
 */
int publish_begin(struct assembly *a, const struct run_config *config);

/*
 * Callbacks for gate_config; @assembly is a struct assembly. publish_serves() returns true if the
 * program serves @at. publish_unserved() prints that it does not serve @port.
 */
bool publish_serves(void *assembly, bool udp, const struct endpoint *at);
void publish_unserved(void *assembly, bool udp, uint16_t port);

#endif
