/*
 * net/icmp_meaning.c - what ICMP errors mean to transports: Linux's error numbers, and which errors
 * are hard.
 *
 * The tables are Linux's icmp_err_convert and icmpv6_err_convert, row by row. What Linux calls
 * "fatal" is NET_ERROR_HARD: a connected UDP socket gets such an error without having asked for it.
 * TCP decides by its own state (RFC 5461, RFC 5927; tcp/error.c).
 */
#include "net/internal.h"

struct meaning {
	int error;
	enum net_error_kind kind;
};

static const struct meaning unreach4[] = {
    [ICMP4_UNREACH_NET] = {LEAT_ENETUNREACH, NET_ERROR_SOFT},
    [ICMP4_UNREACH_HOST] = {LEAT_EHOSTUNREACH, NET_ERROR_SOFT},
    [ICMP4_UNREACH_PROTO] = {LEAT_ENOPROTOOPT, NET_ERROR_HARD},
    [ICMP4_UNREACH_PORT] = {LEAT_ECONNREFUSED, NET_ERROR_HARD},
    [ICMP4_UNREACH_FRAG_NEEDED] = {LEAT_EMSGSIZE, NET_ERROR_PMTU},
    [ICMP4_UNREACH_SRC_ROUTE] = {LEAT_EOPNOTSUPP, NET_ERROR_SOFT},
    [ICMP4_UNREACH_NET_UNKNOWN] = {LEAT_ENETUNREACH, NET_ERROR_HARD},
    [ICMP4_UNREACH_HOST_UNKNOWN] = {LEAT_EHOSTDOWN, NET_ERROR_HARD},
    [ICMP4_UNREACH_HOST_ISOLATED] = {LEAT_ENONET, NET_ERROR_HARD},
    [ICMP4_UNREACH_NET_PROHIBITED] = {LEAT_ENETUNREACH, NET_ERROR_HARD},
    [ICMP4_UNREACH_HOST_PROHIBITED] = {LEAT_EHOSTUNREACH, NET_ERROR_HARD},
    [ICMP4_UNREACH_NET_TOS] = {LEAT_ENETUNREACH, NET_ERROR_SOFT},
    [ICMP4_UNREACH_HOST_TOS] = {LEAT_EHOSTUNREACH, NET_ERROR_SOFT},
    [ICMP4_UNREACH_PROHIBITED] = {LEAT_EHOSTUNREACH, NET_ERROR_HARD},
    [ICMP4_UNREACH_PRECEDENCE] = {LEAT_EHOSTUNREACH, NET_ERROR_HARD},
    [ICMP4_UNREACH_CUTOFF] = {LEAT_EHOSTUNREACH, NET_ERROR_HARD},
};

static const struct meaning unreach6[] = {
    [ICMP6_UNREACH_NO_ROUTE] = {LEAT_ENETUNREACH, NET_ERROR_SOFT},
    [ICMP6_UNREACH_PROHIBITED] = {LEAT_EACCES, NET_ERROR_HARD},
    [ICMP6_UNREACH_SCOPE] = {LEAT_EHOSTUNREACH, NET_ERROR_SOFT},
    [ICMP6_UNREACH_ADDR] = {LEAT_EHOSTUNREACH, NET_ERROR_SOFT},
    [ICMP6_UNREACH_PORT] = {LEAT_ECONNREFUSED, NET_ERROR_HARD},
    [ICMP6_UNREACH_POLICY] = {LEAT_EACCES, NET_ERROR_HARD},
    [ICMP6_UNREACH_REJECT] = {LEAT_EACCES, NET_ERROR_HARD},
};

static bool
means(struct net_error *e, int error, enum net_error_kind kind)
{
	e->error = error;
	e->kind = kind;
	return true;
}

bool
icmp4_meaning(struct net_error *e)
{
	switch (e->type) {
	case ICMP4_UNREACH:
		return e->code < sizeof unreach4 / sizeof unreach4[0] &&
		       means(e, unreach4[e->code].error, unreach4[e->code].kind);
	case ICMP4_TIME_EXCEEDED: /* as Linux: missing fragments say nothing about the path */
		return e->code != ICMP4_TIME_REASSEMBLY && means(e, LEAT_EHOSTUNREACH, NET_ERROR_SOFT);
	case ICMP4_PARAM:
		return means(e, LEAT_EPROTO, NET_ERROR_HARD);
	default:
		return false;
	}
}

void
icmp6_meaning(struct net_error *e)
{
	switch (e->type) {
	case ICMP6_UNREACH:
		if (e->code < sizeof unreach6 / sizeof unreach6[0])
			means(e, unreach6[e->code].error, unreach6[e->code].kind);
		else
			means(e, LEAT_EPROTO, NET_ERROR_HARD);
		return;
	case ICMP6_TOO_BIG:
		means(e, LEAT_EMSGSIZE, NET_ERROR_PMTU);
		return;
	case ICMP6_TIME_EXCEEDED:
		means(e, LEAT_EHOSTUNREACH, NET_ERROR_SOFT);
		return;
	case ICMP6_PARAM:
		means(e, LEAT_EPROTO, NET_ERROR_HARD);
		return;
	default: /* unknown errors are passed on too (RFC 4443, 2.4 (a)) */
		means(e, LEAT_EPROTO, NET_ERROR_SOFT);
		return;
	}
}
