/*
 * run/network/nameservers.h - which name servers get the program's queries: those of the host's
 * resolv.conf(5), or those of --dns. It sends no query.
 *
 * The program's own resolver checks the file whenever a query begins. This module does so, too,
 * since both must use the same version of the file.
 *
 * A server on the host's loopback or with a link-local address cannot be reached from the program's
 * network. Each such server gets an address on the emulated link, after those of the gateway, at
 * which the program reaches it: 10.0.2.4 and following, fd00:2::3 and following.
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
	struct iface *gateway; /* the interface that gets these addresses */
	struct stat seen;      /* the file as it was when it was read; all 0 = there was none */
	bool read;             /* the file has been read */
	bool fresh;            /* the gateway has not got the result yet */
	struct gate_names now;
};

/* Begins with a file that has not been read. Borrows @config, @path and @gateway. */
void nameservers_init(
    struct nameservers *n, const struct run_config *config, const char *path, struct iface *gateway);

/*
 * Reads the file if it has changed. Returns true and sets @out if the gateway has not got the
 * servers yet. This is gate_config.renew_names; @nameservers is a struct nameservers.
 */
bool nameservers_renew(void *nameservers, struct gate_names *out);

/*
 * Returns the address on the link at which the program reaches server @addr of the host. Returns
 * NULL if there is no such server, or if the program reaches it at @addr.
 */
const struct ipaddr *nameservers_on_link(struct nameservers *n, const struct ipaddr *addr);

/* Returns the server that the program reaches at @on_link; NULL if there is none. */
const struct ipaddr *nameservers_server(const struct nameservers *n, const struct ipaddr *on_link);

#endif
