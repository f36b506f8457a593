/*
 * run/call/address.c - reads socket addresses from the caller's memory and writes them there, in
 * the form of the socket's family.
 */
#include "run/call/address.h"

#include "host/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

int
call_read_address(const struct call *c, uint64_t at, uint64_t len, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof *ss);
	if ((int)len < 0 || len > sizeof *ss)
		return -EINVAL;
	return caller_read(&c->caller, at, ss, len);
}

int
call_write_address(const struct call *c, uint64_t at, uint64_t len_at, const void *sa, socklen_t len)
{
	int room = 0;
	int rc = caller_read(&c->caller, len_at, &room, sizeof room);

	if (rc)
		return rc;
	if (room < 0)
		return -EINVAL;
	return caller_write_sized(
	    &c->caller, at, sa, (socklen_t)room < len ? (socklen_t)room : len, len_at, (int)len);
}

socklen_t
call_endpoint_sockaddr(const struct sockrec *r, const struct endpoint *e, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(e->port)};

	if (!r->v6)
		return sockaddr_from_endpoint(ss, e);
	/* On an IPv6 socket an IPv4 address is a mapped one, except that "any" is "::". */
	if (!(ipaddr_is4(&e->addr) && ipaddr_is_any(&e->addr)))
		memcpy(&sin6.sin6_addr, ipaddr_octets(&e->addr), 16);
	sin6.sin6_scope_id = e->ifindex;
	memset(ss, 0, sizeof *ss);
	memcpy(ss, &sin6, sizeof sin6);
	return sizeof sin6;
}

int
call_write_endpoint(const struct call *c, uint64_t at, uint64_t len_at, const struct endpoint *e)
{
	struct sockaddr_storage ss;
	socklen_t len = call_endpoint_sockaddr(c->rec, e, &ss);

	return call_write_address(c, at, len_at, &ss, len);
}

int
call_sockaddr_endpoint(
    const struct sockrec *r, const struct sockaddr_storage *ss, socklen_t len, struct endpoint *e)
{
	size_t least = ss->ss_family == AF_INET6 ? offsetof(struct sockaddr_in6, sin6_scope_id)
						 : sizeof(struct sockaddr_in);

	if (len < sizeof ss->ss_family)
		return -EINVAL;
	if (ss->ss_family != (r->v6 ? AF_INET6 : AF_INET))
		return -EAFNOSUPPORT;
	if (len < least)
		return -EINVAL;
	endpoint_from_sockaddr(e, (const struct sockaddr *)ss);
	return 0;
}
