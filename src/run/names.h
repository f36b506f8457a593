/*
 * run/names.h - whom the program's questions for names reach: the servers of the host's resolv.conf(5), or those of --dns.
 *
 * The file is looked at whenever a question begins, since the program's own resolver does so too: what it asks, and what we make of
 * it, must not be two different files.
 */
#ifndef RUN_NAMES_H
#define RUN_NAMES_H

#include "gate/gate.h"
#include "run/run.h"

#include <sys/stat.h>

struct names {
	const struct run_config *config;
	const char *path;
	struct stat seen; /* of the file, when it was read; all 0 = there was none */
	bool read;
	struct gate_names now;
};

void names_init(struct names *n, const struct run_config *config, const char *path);

/* Reads the file where it has changed; true with @out written then. It is gate_config.renew_names. */
bool names_renew(void *names, struct gate_names *out);

/* Does the host's file name @addr? */
bool names_has(const struct names *n, const struct ipaddr *addr);

/* Does a question to @addr, an IPv4 loopback address, go to the name servers, whichever answers? */
bool names_take_loopback(const struct names *n, const struct ipaddr *addr);

#endif
