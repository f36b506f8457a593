/*
 * tcp/conn/group.c - listeners by name, from the specific to the general. Listeners of one name
 * that all have SO_REUSEPORT form a group, and share what arrives by a hash of the four-tuple. Any
 * other listener is a group of one.
 */
#include "tcp/conn/host.h"
#include "wire/ip.h"

#include <stdlib.h>

struct tcp_group {
	struct table_node node;
	struct endpoint local;
	bool v6only;
	unsigned count, room;
	struct tcp_listener **member;
};

struct group_key {
	const struct endpoint *local;
	bool exact; /* v6only and the interface must be equal */
	bool v4;    /* a listener on "::" must not be v6only */
	bool v6only;
};

static uint64_t
group_hash(const struct tcp *tcp, const struct endpoint *e)
{
	uint64_t words[3] = {e->addr.w[0], e->addr.w[1], e->port};

	return table_hash(&tcp->listen.names, words, 3);
}

static bool
group_is(const struct table_node *node, const void *key)
{
	const struct tcp_group *g = container_of(node, const struct tcp_group, node);
	const struct group_key *k = key;

	if (g->local.port != k->local->port || !ipaddr_eq(&g->local.addr, &k->local->addr))
		return false;
	if (k->exact)
		return g->v6only == k->v6only && g->local.ifindex == k->local->ifindex;
	return (g->local.ifindex == 0 || g->local.ifindex == k->local->ifindex) && !(k->v4 && g->v6only);
}

static struct tcp_group *
group_find(struct tcp *tcp, const struct group_key *key)
{
	struct table_node *n = table_find(&tcp->listen.names, group_hash(tcp, key->local), key, group_is);

	return n ? container_of(n, struct tcp_group, node) : NULL;
}

static struct tcp_group *
find_at(struct tcp *tcp, const struct endpoint *local, const struct ipaddr *addr, bool v4)
{
	struct endpoint at = {.addr = *addr, .port = local->port, .ifindex = local->ifindex};
	struct group_key key = {.local = &at, .v4 = v4};

	return group_find(tcp, &key);
}

/* The same four-tuple gets the same member as long as the members stay the same. */
static struct tcp_listener *
choose(const struct tcp *tcp, const struct tcp_group *g, const struct endpoint *local,
    const struct endpoint *remote)
{
	uint64_t words[5] = {local->addr.w[0], local->addr.w[1], remote->addr.w[0], remote->addr.w[1],
	    (uint32_t)local->port << 16 | remote->port};

	if (g->count == 1)
		return g->member[0];
	return g->member[(table_hash(&tcp->listen.names, words, 5) >> 32) * g->count >> 32];
}

/*
 * Order: an exact address, the wildcard of the address's family, the wildcard of both families; and
 * a listener of the port before one of every port.
 */
struct tcp_listener *
tcp_find_listener(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote)
{
	bool v4 = ipaddr_is4(&local->addr);
	struct tcp_group *g = find_at(tcp, local, &local->addr, false);

	if (!g && v4)
		g = find_at(tcp, local, &IPADDR_ANY4, false);
	if (!g)
		g = find_at(tcp, local, &IPADDR_ANY6, v4);
	if (g)
		return choose(tcp, g, local, remote);
	/* no listener has port 0: connecting to it is refused at once, as on Linux */
	return local->port ? list_first(&tcp->listen.any_port, struct tcp_listener, any) : NULL;
}

struct tcp_listener *
tcp_listener_of(
    struct tcp *tcp, const struct iface *iface, const struct endpoint *local, const struct endpoint *remote)
{
	struct tcp_listener *l = tcp_find_listener(tcp, local, remote);
	struct endpoint instead = *local;

	if (l || !iface_opens_loopback(iface, IP_PROTO_TCP, local, &instead.addr))
		return l;
	return tcp_find_listener(tcp, &instead, remote);
}

static int
group_new(struct tcp_listener *l)
{
	struct tcp_group *g = calloc(1, sizeof *g);

	if (!g)
		return -LEAT_ENOBUFS;
	g->member = calloc(1, sizeof *g->member);
	if (!g->member) {
		free(g);
		return -LEAT_ENOBUFS;
	}
	g->local = l->local;
	g->v6only = l->v6only;
	g->room = g->count = 1;
	g->member[0] = l;
	l->group = g;
	table_insert(&l->tcp->listen.names, &g->node, group_hash(l->tcp, &g->local));
	return 0;
}

/*
 * Returns true if all members share their port. The first one is enough: a listener that does not
 * share is alone.
 */
static bool
all_share(const struct tcp_group *g)
{
	return !g || g->member[0]->opts.reuse_port;
}

int
tcp_group_join(struct tcp_listener *l)
{
	struct group_key key = {.local = &l->local, .exact = true, .v6only = l->v6only};
	struct group_key other = {.local = &l->local, .exact = true, .v6only = !l->v6only};
	struct tcp_group *g = group_find(l->tcp, &key), *beside = group_find(l->tcp, &other);

	if ((g || beside) && !(l->opts.reuse_port && all_share(g) && all_share(beside)))
		return -LEAT_EADDRINUSE;
	if (!g)
		return group_new(l);
	if (g->count == g->room) {
		struct tcp_listener **more = realloc(g->member, 2 * g->room * sizeof *more);

		if (!more)
			return -LEAT_ENOBUFS;
		g->member = more;
		g->room *= 2;
	}
	g->member[g->count++] = l;
	l->group = g;
	return 0;
}

void
tcp_group_leave(struct tcp_listener *l)
{
	struct tcp_group *g = l->group;
	unsigned i = 0;

	while (g->member[i] != l)
		i++;
	g->member[i] = g->member[--g->count];
	if (g->count)
		return;
	table_remove(&l->tcp->listen.names, &g->node);
	free(g->member);
	free(g);
}
