#include "run/names.h"

#include "host/hostnet.h"

#include <string.h>

void
names_init(struct names *n, const struct run_config *config, const char *path)
{
	*n = (struct names){.config = config, .path = path};
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* True when it must be read. */
static bool
look(struct names *n)
{
	struct stat now;

	if (stat(n->path, &now) < 0)
		memset(&now, 0, sizeof now);
	if (n->read && same_file(&now, &n->seen))
		return false;
	n->seen = now;
	n->read = true;
	return true;
}

static void
take_named(struct gate_names *out, const struct resolvconf *conf)
{
	for (unsigned i = 0; i < conf->servers && i < GATE_NAMED; i++)
		out->named[out->nnamed++] = hostnet_nameserver(&conf->server[i]);
	if (!out->nnamed) /* resolv.conf(5): then it is the local one */
		out->named[out->nnamed++] = (struct endpoint){.addr = IPADDR_LOOPBACK4, .port = 53};
}

bool
names_renew(void *names, struct gate_names *out)
{
	struct names *n = names;
	const struct run_config *config = n->config;
	const struct endpoint *from;
	struct resolvconf conf;
	unsigned count;

	if (!look(n))
		return false;
	hostnet_resolvconf(n->path, &conf);
	n->now = (struct gate_names){.timeout = conf.timeout,
	    .attempts = conf.attempts,
	    .rotate = conf.rotate,
	    .instead = config->nameservers > 0};
	take_named(&n->now, &conf);
	from = n->now.instead ? config->nameserver : n->now.named;
	count = n->now.instead ? config->nameservers : n->now.nnamed;
	for (unsigned i = 0; i < count && i < GATE_NAMESERVERS; i++)
		n->now.server[n->now.servers++] = from[i];
	*out = n->now;
	return true;
}

bool
names_has(const struct names *n, const struct ipaddr *addr)
{
	for (unsigned i = 0; i < n->now.nnamed; i++)
		if (ipaddr_eq(&n->now.named[i].addr, addr))
			return true;
	return false;
}

bool
names_take_loopback(const struct names *n, const struct ipaddr *addr)
{
	return n->now.instead || names_has(n, addr);
}
