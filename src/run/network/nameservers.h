/*
 * run/network/nameservers.h - which name servers the program's questions reach: those of the host's
 * resolv.conf(5), or those of --dns.
 *
 * The program's own resolver looks at the file whenever a question begins, so this module does,
 * too: both must use the same version of it.
 *
 * A server on the host's loopback or with a link-local address is on no link of the program's. Each
 * has an address of its own on the emulated link, after the gateway's own, under which the program
 * asks it: 10.0.2.4 and on, fd00:2::3 and on.
 */
#ifndef RUN_NETWORK_NAMESERVERS_H
#define RUN_NETWORK_NAMESERVERS_H

#include "gate/gate.h"
#include "run/network/config.h"

#include <sys/stat.h>

struct iface;

struct nameservers {
	const struct run_config *config;
	const char *path;
	struct iface *gateway; /* gets the addresses */
	struct stat seen;      /* of the file, when it was read; all 0 = there was none */
	bool read, fresh;      /* fresh: the gateway does not have it yet */
	struct gate_names now;
};

void nameservers_init(
    struct nameservers *n, const struct run_config *config, const char *path, struct iface *gateway);

/*
 * Reads the file if it has changed. Returns true, with @out written, if the gateway does not have
 * it yet. It is gate_config.renew_names.
 */
bool nameservers_renew(void *names, struct gate_names *out);

/*
 * Returns the address on the link under which the server @addr of the host's is asked; NULL if
 * there is no such server, or if it is asked under its own address.
 */
const struct ipaddr *nameservers_on_link(struct nameservers *n, const struct ipaddr *addr);

/* Returns the server that is asked as @on_link, or NULL. */
const struct ipaddr *nameservers_server(const struct nameservers *n, const struct ipaddr *on_link);

#endif
