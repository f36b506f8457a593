/*
 * run/socket/alias.c - translates loopback addresses that the program uses as destinations, and
 * translates them back in the names that it asks for. It changes addresses only. It opens no
 * socket.
 */
#include "run/socket/alias.h"

#include "run/network/nameservers.h"
#include "run/socket/gc.h"

enum { PORT_DOMAIN = 53 };

/*
 * Returns true if @r is bound to the name that it connects to. Such a stream connects to itself
 * (RFC 9293, 3.5: simultaneous open).
 */
static bool
is_itself(const struct sockrec *r, const struct endpoint *to)
{
	struct endpoint at;

	return sock_local(r->sk, &at) == 0 && at.port && at.port == to->port &&
	       (ipaddr_is_any(&at.addr) || ipaddr_eq(&at.addr, &to->addr));
}

/*
 * Returns true if the program itself serves @to: by a listener on that port that is bound to that
 * address or to any, or by a socket that takes the datagram.
 */
static bool
served_inside(struct sockrec *asking, const struct endpoint *to)
{
	struct sockrecs *recs = asking->recs;

	if (asking->kind != SOCKREC_STREAM)
		return asking->kind == SOCKREC_DGRAM && sock_reaches(asking->sk, to);
	if (is_itself(asking, to))
		return true;
	list_each_safe(n, &recs->named) {
		struct sockrec *r = container_of(n, struct sockrec, named);
		struct endpoint at;

		if (!r->sk || r->kind != SOCKREC_STREAM)
			continue;
		if (sock_local(r->sk, &at) || at.port != to->port ||
		    (!ipaddr_is_any(&at.addr) && !ipaddr_eq(&at.addr, &to->addr)))
			continue;
		/* A listener that has been closed since the last collection serves nothing. */
		if (!r->inode || gc_finds_open(r))
			return true;
		sockrec_end(r, false);
	}
	return false;
}

/*
 * Returns the address on the link that stands for @to on the host's loopback. A name server there
 * (systemd-resolved's 127.0.0.53) has an address of its own.
 */
static const struct ipaddr *
gateway_for(const struct sockrec *r, const struct endpoint *to)
{
	const struct run_net *net = &r->recs->config->net;
	const struct ipaddr *server =
	    to->port == PORT_DOMAIN ? nameservers_on_link(&r->recs->network->nameservers, &to->addr) : NULL;

	if (server)
		return server;
	return ipaddr_is4(&to->addr) ? &net->gate4 : &net->gate6;
}

bool
alias_name_server(struct sockrec *r, struct endpoint *to)
{
	const struct ipaddr *server;

	if (to->port != PORT_DOMAIN || ipaddr_is4(&to->addr) || !ipaddr_is_link_local(&to->addr))
		return false;
	server = nameservers_on_link(&r->recs->network->nameservers, &to->addr);
	if (!server)
		return false;
	r->alias.renamed = true;
	*to = (struct endpoint){.addr = *server, .port = PORT_DOMAIN};
	return true;
}

bool
alias_destination(struct sockrec *r, struct endpoint *to)
{
	if (alias_name_server(r, to))
		return true;
	alias_unspecified(to);
	if (!ipaddr_is_loopback(&to->addr) || served_inside(r, to))
		return false;
	alias_outside(r, to);
	return true;
}

void
alias_unspecified(struct endpoint *to)
{
	if (ipaddr_is_any(&to->addr))
		to->addr = ipaddr_is4(&to->addr) ? IPADDR_LOOPBACK4 : IPADDR_LOOPBACK6;
}

void
alias_outside(struct sockrec *r, struct endpoint *to)
{
	r->alias.on = true;
	r->alias.loopback = to->addr;
	r->alias.renamed |= to->port == PORT_DOMAIN;
	to->addr = *gateway_for(r, to);
}

bool
alias_published(struct sockrec *r, const struct endpoint *at, struct endpoint *local)
{
	if (!ipaddr_is_loopback(&at->addr) || ipaddr_is_loopback(&local->addr))
		return false;
	r->alias.on = true;
	r->alias.loopback = local->addr = at->addr;
	return true;
}

void
alias_name_address(const struct sockrec *r, struct ipaddr *a)
{
	const struct run_net *net = &r->recs->config->net;

	if (r->alias.on && (ipaddr_eq(a, &net->gate4) || ipaddr_eq(a, &net->gate6)))
		*a = r->alias.loopback;
}

void
alias_name_remote(const struct sockrec *r, struct endpoint *e)
{
	const struct run_net *net = &r->recs->config->net;
	const struct ipaddr *server =
	    e->port == PORT_DOMAIN ? nameservers_server(&r->recs->network->nameservers, &e->addr) : NULL;

	if (r->alias.on && ipaddr_eq(&e->addr, &net->dns4) && e->port == PORT_DOMAIN)
		e->addr = r->alias.loopback;
	else if (server && r->alias.renamed)
		e->addr = *server;
	alias_name_address(r, &e->addr);
}

void
alias_name_local(const struct sockrec *r, struct endpoint *e)
{
	const struct run_net *net = &r->recs->config->net;

	if (r->alias.on && r->state != SOCKREC_NEW && r->kind != SOCKREC_DGRAM &&
	    (ipaddr_eq(&e->addr, &net->host4) || ipaddr_eq(&e->addr, &net->host6)))
		e->addr = r->alias.loopback;
}
