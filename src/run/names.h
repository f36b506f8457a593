/*
 * run/names.h - whom the program's questions for names reach: the servers of the host's
 * resolv.conf(5), or those of --dns.
 *
 * The file is looked at whenever a question begins, since the program's own resolver does so too:
 * what it asks, and what we make of it, must not be two different files.
 *
 * A server on the host's loopback or with a link-local address is on no link of the program's. Each
 * has an address of its own on the emulated link, behind the gateway's own, under which the program
 * asks it: 10.0.2.4 and on, fd00:2::3 and on.
 */
#ifndef RUN_NAMES_H
#define RUN_NAMES_H

#include "gate/gate.h"
#include "run/run.h"

#include <sys/stat.h>

struct iface;

struct names {
	const struct run_config *config;
	const char *path;
	struct iface *gateway; /* gets the addresses */
	struct stat seen;      /* of the file, when it was read; all 0 = there was none */
	bool read, fresh;      /* fresh: the gateway does not have it yet */
	struct gate_names now;
};

void names_init(struct names *n, const struct run_config *config, const char *path, struct iface *gateway);

/*
 * Reads the file where it has changed; true with @out written if the gateway does not have it yet.
 * It is gate_config.renew_names.
 */
bool names_renew(void *names, struct gate_names *out);

/*
 * The address on the link under which the server @addr of the host's is asked; NULL: it is none, or
 * is asked itself.
 */
const struct ipaddr *names_on_link(struct names *n, const struct ipaddr *addr);

/* The reverse: the server that is asked as @on_link, or NULL. */
const struct ipaddr *names_server(const struct names *n, const struct ipaddr *on_link);

#endif
