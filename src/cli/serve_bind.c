/*
 * cli/serve_bind.c - the addresses at which `leat serve` listens: literal ones, and those of host
 * names, which are looked up once, at the start.
 */
#include "cli/common/command.h"
#include "cli/serve_options.h"

#include "host/sockaddr.h"

#include <netdb.h>

static bool
has(const struct serve_options *o, const struct endpoint *e)
{
	for (unsigned i = 0; i < o->addresses; i++) {
		if (ipaddr_eq(&o->at[i].addr, &e->addr))
			return true;
	}
	return false;
}

static int
add_all(struct serve_options *o, const char *name, const struct addrinfo *all)
{
	struct endpoint e;

	for (const struct addrinfo *i = all; i; i = i->ai_next) {
		if (!endpoint_from_sockaddr(&e, i->ai_addr) || has(o, &e))
			continue;
		if (o->addresses == PROCESS_ADDRESSES)
			return error_line("serve", "--bind: %s has more addresses than the %d that fit", name,
			    PROCESS_ADDRESSES);
		o->at[o->addresses++] = e;
	}
	return 0;
}

static int
add(struct serve_options *o, const char *name)
{
	struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *all;
	int e = getaddrinfo(name, NULL, &hints, &all), status;

	if (e)
		return error_line("serve", "--bind: %s is no address, and no host name that is known: %s",
		    name, gai_strerror(e));
	status = add_all(o, name, all);
	freeaddrinfo(all);
	return status;
}

int
serve_bind(struct serve_options *o)
{
	int status = 0;

	if (o->binds > 0)
		o->addresses = 0;
	for (unsigned i = 0; i < o->binds && status == 0; i++)
		status = add(o, o->bind[i]);
	return status;
}
