/*
 * resolv.conf(5) out of any octets: what comes out is within its bounds, and a line that is added
 * at the end changes no server before it.
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
