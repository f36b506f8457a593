/*
 * sock/opt_leat.c - Leat's own options, level LEAT_SOL_LEAT (leat.h).
 */
#include "sock/opt.h"

/* A UDP socket that takes every port gives up its own name. */
static int
set_any_port(struct sock *sk, const struct sock_opt *o, int v)
{
	static const struct endpoint none;

	sk->opt.any_port = sk->opt.dgram.any_port = v;
	sk->opt.dgram.transparent = sk->opt.tcp.transparent = v;
	opt_push_datagram(sk);
	return sk->end.udp ? udp_bind(sk->end.udp, &none) : 0;
}

/* clang-format off */
static const struct sock_opt opts[] = {
	[LEAT_ANY_PORT] = {OPT_FIELD(opt.any_port), .set = set_any_port,
		.refuse_in = OPT_PING | OPT_BOUND | OPT_CONNECTION | OPT_LISTENER, .refusal = LEAT_EINVAL},
	[LEAT_DEFER_ACCEPT] = {OPT_FIELD(opt.tcp.defer_syn_ack), .push = OPT_PUSH_STREAM,
		.refuse_in = OPT_DGRAM | OPT_PING | OPT_CONNECTION, .refusal = LEAT_EINVAL},
};
/* clang-format on */

const struct sock_opt_level opt_level_leat = {OPT_LEVEL(opts), .length = OPT_INT_OR_OCTET};
