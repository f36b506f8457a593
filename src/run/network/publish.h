/*
 * run/network/publish.h - published ports (-p): opened on the host and on the program's stack, and
 * which of the program's listeners they reach.
 *
 * A listener on the program's outer address comes first, then one on its loopback, which most
 * development servers have; a client of one family reaches a listener of the other.
 */
#ifndef RUN_NETWORK_PUBLISH_H
#define RUN_NETWORK_PUBLISH_H

#include "base/ipaddr.h"
#include "run/network/config.h"

struct assembly;

/* Opens all of @config's ports. Returns 0; or the first one's error, after a line on stderr. */
int publish_begin(struct assembly *a, const struct run_config *config);

/* gate_config's @serves and @unserved; @assembly is a struct assembly. */
bool publish_serves(void *assembly, bool udp, const struct endpoint *at);
void publish_unserved(void *assembly, bool udp, uint16_t port);

#endif
