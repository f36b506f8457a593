/*
 * dns/resolvconf.h - reads resolv.conf(5): the name servers, their order, and how long to wait for
 * them.
 *
 * It gets the text of the file, and knows neither the file nor the interfaces that a scope names.
 * Where programs differ, it reads as the GNU C library does.
 */
#ifndef DNS_RESOLVCONF_H
#define DNS_RESOLVCONF_H

#include "base/ipaddr.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	RESOLVCONF_SERVERS = 8, /* servers that are kept; the C library asks the first three */
	RESOLVCONF_SCOPE = 16,  /* octets of an interface's name, with the zero at its end */
	RESOLVCONF_TIMEOUT = 5,
	RESOLVCONF_TIMEOUT_MAX = 30,
	RESOLVCONF_ATTEMPTS = 2,
	RESOLVCONF_ATTEMPTS_MAX = 5
};

struct resolvconf_server {
	struct ipaddr addr;
	char scope[RESOLVCONF_SCOPE]; /* the text after %, such as "eth0" or "2"; usually empty */
};

struct resolvconf {
	struct resolvconf_server server[RESOLVCONF_SERVERS];
	unsigned servers;  /* 0: the host's own server is meant, 127.0.0.1 */
	unsigned timeout;  /* seconds for one question to one server */
	unsigned attempts; /* how often all servers are asked */
	bool rotate;       /* each question begins with the next server */
};

/*
 * Reads the @len octets of @text. Lines may have any length and end in any way. What is not
 * understood is ignored.
 */
void resolvconf_parse(struct resolvconf *out, const char *text, size_t len);

#endif
