/*
 * fuzz/dns_resolvconf.c - any octets as a resolv.conf(5). The result must be within its limits, and
 * a line added at the end must not change the servers before it.
 */
#include "dns/resolvconf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct resolvconf *c)
{
	if (c->servers > RESOLVCONF_SERVERS || c->timeout < 1 || c->timeout > RESOLVCONF_TIMEOUT_MAX ||
	    c->attempts < 1 || c->attempts > RESOLVCONF_ATTEMPTS_MAX)
		abort();
	for (unsigned i = 0; i < c->servers; i++)
		if (!memchr(c->server[i].scope, 0, sizeof c->server[i].scope))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char more[] = "\nnameserver 192.0.2.1\n";
	char *text = malloc(size + sizeof more);
	struct resolvconf before, after;

	memcpy(text, data, size);
	memcpy(text + size, more, sizeof more);
	resolvconf_parse(&before, (const char *)data, size);
	check(&before);
	resolvconf_parse(&after, text, size + sizeof more - 1);
	check(&after);
	if (after.servers != before.servers + (before.servers < RESOLVCONF_SERVERS) ||
	    memcmp(before.server, after.server, before.servers * sizeof before.server[0]) != 0)
		abort();
	free(text);
	return 0;
}
