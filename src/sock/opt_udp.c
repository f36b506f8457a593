/*
 * sock/opt_udp.c - the options of udp(7).
 */
#include "sock/opt.h"

/* Linux's numbers, linux/udp.h. */
enum {
	OPT_CORK = 1,
	OPT_UDPLITE_SEND_CSCOV = 10,
	OPT_UDPLITE_RECV_CSCOV = 11,
	OPT_ENCAP = 100,
	OPT_SEGMENT = 103,
	OPT_GRO = 104
};

static void
cork_applied(struct sock *sk, int v)
{
	if (!v)
		(void)cork_send(sk);
}

/* clang-format off */
static const struct sock_opt opts[] = {
	[OPT_CORK] = {OPT_FIELD(cork.on), .applied = cork_applied},
	[OPT_UDPLITE_SEND_CSCOV] = {.get = opt_get_zero},
	[OPT_UDPLITE_RECV_CSCOV] = {.get = opt_get_zero},
	[OPT_ENCAP] = {.get = opt_get_zero},
	[OPT_SEGMENT] = {OPT_FIELD(opt.dgram.seg_size), .min = 0, .max = UINT16_MAX, .push = OPT_PUSH_DATAGRAM},
	[OPT_GRO] = {OPT_FIELD(opt.kept.gro)},
};
/* clang-format on */

const struct sock_opt_level opt_level_udp = {OPT_LEVEL(opts), .length = OPT_INT};
