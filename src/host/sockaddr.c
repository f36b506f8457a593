/*
 * host/sockaddr.c - converts struct sockaddr to struct endpoint and back. It accepts AF_INET and
 * AF_INET6 alone.
 */
#include "host/sockaddr.h"

#include <netinet/in.h>

socklen_t
sockaddr_from_endpoint(struct sockaddr_storage *ss, const struct endpoint *e)
{
	memset(ss, 0, sizeof *ss);
	if (ipaddr_is4(&e->addr)) {
		struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(e->port)};

		memcpy(&sin.sin_addr, ipaddr_octets4(&e->addr), 4);
		memcpy(ss, &sin, sizeof sin);
		return sizeof sin;
	}
	struct sockaddr_in6 sin6 = {
	    .sin6_family = AF_INET6, .sin6_port = htons(e->port), .sin6_scope_id = e->ifindex};

	memcpy(&sin6.sin6_addr, ipaddr_octets(&e->addr), 16);
	memcpy(ss, &sin6, sizeof sin6);
	return sizeof sin6;
}

bool
endpoint_from_sockaddr(struct endpoint *e, const struct sockaddr *sa)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;

	switch (sa->sa_family) {
	case AF_INET:
		memcpy(&sin, sa, sizeof sin);
		*e = (struct endpoint){
		    .addr = ipaddr_from4((const uint8_t *)&sin.sin_addr), .port = ntohs(sin.sin_port)};
		return true;
	case AF_INET6:
		memcpy(&sin6, sa, sizeof sin6);
		*e = (struct endpoint){.addr = ipaddr_from16((const uint8_t *)&sin6.sin6_addr),
		    .port = ntohs(sin6.sin6_port),
		    .ifindex = sin6.sin6_scope_id};
		return true;
	default:
		return false;
	}
}
