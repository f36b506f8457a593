/*
 * cli/serve_bind.c - the addresses at which `leat serve` listens: literal ones, and those of host
 * names, which are looked up once, at the start.
 */
#include "cli/common/command.h"
#include "cli/serve_options.h"

#include "host/sockaddr.h"

#include <netdb.h>

static bool
has(const struct serve_run *r, const struct endpoint *e)
{
	for (unsigned i = 0; i < r->addresses; i++) {
		if (ipaddr_eq(&r->at[i].addr, &e->addr))
			return true;
	}
	return false;
}

static int
add_all(struct serve_run *r, const char *name, const struct addrinfo *all)
{
	struct endpoint e;

	for (const struct addrinfo *i = all; i; i = i->ai_next) {
		if (!endpoint_from_sockaddr(&e, i->ai_addr) || has(r, &e))
			continue;
		if (r->addresses == SERVE_LISTENERS)
			return error_line("serve", "--bind: %s has more addresses than the %d that fit", name,
			    SERVE_LISTENERS);
		r->at[r->addresses++] = e;
	}
	return 0;
}

static int
add(struct serve_run *r, const char *name)
{
	struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *all;
	int e = getaddrinfo(name, NULL, &hints, &all), status;

	if (e)
		return error_line("serve", "--bind: %s is no address, and no host name that is known: %s",
		    name, gai_strerror(e));
	status = add_all(r, name, all);
	freeaddrinfo(all);
	return status;
}

int
serve_bind(struct serve_options *o)
{
	int status = 0;

	if (o->binds > 0)
		o->run.addresses = 0;
	for (unsigned i = 0; i < o->binds && status == 0; i++)
		status = add(&o->run, o->bind[i]);
	return status;
}
