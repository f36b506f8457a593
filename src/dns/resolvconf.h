/*
 * dns/resolvconf.h - reads resolv.conf(5): which name servers are asked, in which order, and with
 * how much patience.
 *
 * It takes the file's text and knows neither the file nor the interfaces that a scope names. It
 * reads as the GNU C library does where programs differ.
 */
#ifndef DNS_RESOLVCONF_H
#define DNS_RESOLVCONF_H

#include "base/ipaddr.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	RESOLVCONF_SERVERS = 8, /* that are noted; the C library asks the first three */
	RESOLVCONF_SCOPE = 16,  /* octets of an interface's name, with its end */
	RESOLVCONF_TIMEOUT = 5,
	RESOLVCONF_TIMEOUT_MAX = 30,
	RESOLVCONF_ATTEMPTS = 2,
	RESOLVCONF_ATTEMPTS_MAX = 5
};

struct resolvconf_server {
	struct ipaddr addr;
	char scope[RESOLVCONF_SCOPE]; /* what follows %, "eth0" or "2"; mostly empty */
};

struct resolvconf {
	struct resolvconf_server server[RESOLVCONF_SERVERS];
	unsigned servers;  /* 0: then the host's own is meant, 127.0.0.1 */
	unsigned timeout;  /* seconds for one question to one server */
	unsigned attempts; /* how often all servers are gone through */
	bool rotate;       /* each question begins with another server */
};

/*
 * Reads the @len octets of @text. Lines may have any length and end in any way; what is not
 * understood is passed over, as every resolver does.
 */
void resolvconf_parse(struct resolvconf *out, const char *text, size_t len);

#endif
