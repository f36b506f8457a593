/*
 * sock/opt_tcp.c - the options of tcp(7), and UDP_SEGMENT of udp(7).
 */
#include "sock/impl.h"
#include "tcp/cc/cc.h"

#include <string.h>

/* Linux's numbers, linux/tcp.h and linux/udp.h. */
enum {
	OPT_NODELAY = 1,
	OPT_MAXSEG = 2,
	OPT_CORK = 3,
	OPT_KEEPIDLE = 4,
	OPT_KEEPINTVL = 5,
	OPT_KEEPCNT = 6,
	OPT_SYNCNT = 7,
	OPT_LINGER2 = 8,
	OPT_DEFER_ACCEPT = 9,
	OPT_WINDOW_CLAMP = 10,
	OPT_INFO = 11,
	OPT_QUICKACK = 12,
	OPT_CONGESTION = 13,
	OPT_USER_TIMEOUT = 18,
	OPT_TIMESTAMP = 24,
	OPT_NOTSENT_LOWAT = 25,
	OPT_CC_INFO = 26,
	OPT_ULP = 31,
	OPT_INQ = 36,
	OPT_UDP_CORK = 1,
	OPT_UDPLITE_SEND_CSCOV = 10,
	OPT_UDPLITE_RECV_CSCOV = 11,
	OPT_UDP_ENCAP = 100,
	OPT_UDP_SEGMENT = 103,
	OPT_UDP_GRO = 104,
};

/* The bounds that Linux sets: MAX_TCP_KEEPIDLE and its like. */
enum {
	KEEPIDLE_MAX = 32767,
	KEEPINTVL_MAX = 32767,
	KEEPCNT_MAX = 127,
	SYNCNT_MAX = 127,
	MAXSEG_MIN = 88,
	MAXSEG_MAX = 32767
};
enum { MSS_DEFAULT = 536, FIN_TIMEOUT = 60, RTO_LONGEST = 120, WINDOW_CLAMP_MIN = 1152 };

static bool
within(int v, int low, int high)
{
	return v >= low && v <= high;
}

/*
 * Linux counts in retransmissions of the SYN-ACK, 1 s after the first and each twice as late as the
 * one before.
 */
static uint8_t
retransmissions(int wanted)
{
	int wait = 1, all = 1;
	uint8_t n = 1;

	if (wanted <= 0)
		return 0;
	for (; all < wanted && n < UINT8_MAX; n++) {
		wait = 2 * wait < RTO_LONGEST ? 2 * wait : RTO_LONGEST;
		all += wait;
	}
	return n;
}

static int
seconds(uint8_t retransmissions)
{
	int wait = 1, all = 0;

	for (; retransmissions; retransmissions--) {
		all += wait;
		wait = 2 * wait < RTO_LONGEST ? 2 * wait : RTO_LONGEST;
	}
	return all;
}

static int
set_congestion(struct sock *sk, const char *name, size_t len)
{
	struct tcp_opts before = sk->tcp;
	size_t n = len < sizeof sk->tcp.cc - 1 ? len : sizeof sk->tcp.cc - 1;
	char cc[sizeof sk->tcp.cc] = "";

	if (len == 0)
		return -LEAT_EINVAL;
	memcpy(cc, name, n);
	if (!cc_find(cc))
		return -LEAT_ENOENT;
	memset(sk->tcp.cc, 0, sizeof sk->tcp.cc);
	memcpy(sk->tcp.cc, cc, strlen(cc));
	return opt_push_stream(sk, &before);
}

/* 0 takes the bound away, while there is no connection. */
static int
set_window_clamp(struct sock *sk, int v)
{
	if (v == 0 && (sk->conn || sk->listener))
		return -LEAT_EINVAL;
	if (v)
		v = v < WINDOW_CLAMP_MIN ? WINDOW_CLAMP_MIN : v;
	sk->tcp.window_clamp = (uint32_t)v;
	return 0;
}

/* 0 with sk->tcp changed, or the error. */
static int
change(struct sock *sk, int name, int v)
{
	struct tcp_opts *o = &sk->tcp;

	switch (name) {
	case OPT_NODELAY:
		o->nodelay = v;
		return 0;
	case OPT_MAXSEG:
		if (v && !within(v, MAXSEG_MIN, MAXSEG_MAX))
			return -LEAT_EINVAL;
		o->maxseg = (uint32_t)v;
		return 0;
	case OPT_CORK:
		o->cork = v;
		return 0;
	case OPT_KEEPIDLE:
		if (!within(v, 1, KEEPIDLE_MAX))
			return -LEAT_EINVAL;
		o->keep_idle = (uint32_t)v;
		return 0;
	case OPT_KEEPINTVL:
		if (!within(v, 1, KEEPINTVL_MAX))
			return -LEAT_EINVAL;
		o->keep_interval = (uint32_t)v;
		return 0;
	case OPT_KEEPCNT:
		if (!within(v, 1, KEEPCNT_MAX))
			return -LEAT_EINVAL;
		o->keep_count = (uint32_t)v;
		return 0;
	case OPT_SYNCNT:
		if (!within(v, 1, SYNCNT_MAX))
			return -LEAT_EINVAL;
		o->syn_retries = (uint32_t)v;
		return 0;
	case OPT_LINGER2:
		o->linger2 = v < 0 ? -1 : v == 0 ? FIN_TIMEOUT : v > 2 * FIN_TIMEOUT ? 2 * FIN_TIMEOUT : v;
		return 0;
	case OPT_QUICKACK:
		sk->quickack_told = v;
		o->quickack = v ? 1 : -1;
		return 0;
	case OPT_INQ:
		if (!within(v, 0, 1))
			return -LEAT_EINVAL;
		sk->inq = v;
		return 0;
	case OPT_USER_TIMEOUT:
		if (v < 0)
			return -LEAT_EINVAL;
		o->user_timeout = (uint32_t)v;
		return 0;
	case OPT_NOTSENT_LOWAT:
		o->notsent_lowat = (uint32_t)v;
		return 0;
	case OPT_WINDOW_CLAMP:
		return set_window_clamp(sk, v);
	case OPT_DEFER_ACCEPT:
		o->await_data = retransmissions(v);
		return 0;
	default:
		return -LEAT_ENOPROTOOPT;
	}
}

int
opt_tcp_set(struct sock *sk, int name, const void *value, size_t len)
{
	struct tcp_opts before = sk->tcp;
	int v, err;

	if (name == OPT_CONGESTION)
		return set_congestion(sk, value, len);
	if (name == OPT_ULP)
		return -LEAT_ENOENT; /* none is loaded */
	if (len < sizeof v)
		return -LEAT_EINVAL;
	memcpy(&v, value, sizeof v);
	err = change(sk, name, v);
	if (!err)
		err = opt_push_stream(sk, &before);
	/* Each time it is set, it flushes what a cork holds, too: tcp(7), TCP_NODELAY. */
	if (!err && name == OPT_NODELAY && v && sk->conn)
		tcp_push(sk->conn);
	/* Ends what MSG_MORE holds back, too, though no cork was set. */
	if (!err && name == OPT_CORK && !v && sk->conn)
		tcp_commit(sk->conn, 0);
	return err;
}

/* Linux's numbers of a socket that has no connection. */
static const struct leat_tcp_info INFO_NONE = {.tcpi_state = LEAT_TCP_CLOSED,
    .tcpi_rto = 1000000,
    .tcpi_snd_mss = MSS_DEFAULT,
    .tcpi_rcv_mss = MSS_DEFAULT,
    .tcpi_rttvar = 250000,
    .tcpi_snd_ssthresh = INT32_MAX,
    .tcpi_snd_cwnd = 10,
    .tcpi_reordering = 3};

static int
get_info(const struct sock *sk, void *value, size_t *len)
{
	struct leat_tcp_info info = INFO_NONE;

	if (sk->conn)
		tcp_info(sk->conn, &info);
	else if (sk->listener)
		info = (struct leat_tcp_info){.tcpi_state = LEAT_TCP_LISTEN};
	/* What rests in TIME-WAIT is no business of its socket's any more. */
	if (info.tcpi_state == LEAT_TCP_TIME_WAIT)
		info.tcpi_state = LEAT_TCP_CLOSED;
	return opt_put(&info, sizeof info, value, len);
}

static int
max_segment(const struct sock *sk)
{
	struct leat_tcp_info info;

	if (!sk->conn)
		return sk->tcp.maxseg ? (int)sk->tcp.maxseg : MSS_DEFAULT;
	tcp_info(sk->conn, &info);
	return (int)info.tcpi_snd_mss;
}

static int
get_int(const struct sock *sk, int name, int *v)
{
	const struct tcp_opts *o = &sk->tcp;

	switch (name) {
	case OPT_NODELAY:
		*v = o->nodelay;
		break;
	case OPT_MAXSEG:
		*v = max_segment(sk);
		break;
	case OPT_CORK:
		*v = o->cork;
		break;
	case OPT_KEEPIDLE:
		*v = (int)o->keep_idle;
		break;
	case OPT_KEEPINTVL:
		*v = (int)o->keep_interval;
		break;
	case OPT_KEEPCNT:
		*v = (int)o->keep_count;
		break;
	case OPT_SYNCNT:
		*v = o->syn_retries ? (int)o->syn_retries : 6;
		break;
	case OPT_LINGER2:
		*v = o->linger2;
		break;
	case OPT_INQ:
		*v = sk->inq;
		break;
	case OPT_QUICKACK:
		*v = sk->quickack_told;
		break;
	case OPT_USER_TIMEOUT:
		*v = (int)o->user_timeout;
		break;
	case OPT_NOTSENT_LOWAT:
		*v = (int)o->notsent_lowat;
		break;
	case OPT_WINDOW_CLAMP:
		*v = (int)sk->tcp.window_clamp;
		break;
	case OPT_DEFER_ACCEPT:
		*v = seconds(o->await_data);
		break;
	default:
		return -LEAT_ENOPROTOOPT;
	}
	return 0;
}

int
opt_tcp_get(struct sock *sk, int name, void *value, size_t *len)
{
	int v, err;

	if (name == OPT_CC_INFO) { /* Reno has nothing to tell, as in Linux */
		*len = 0;
		return 0;
	}
	if (name == OPT_INFO)
		return get_info(sk, value, len);
	if (name == OPT_CONGESTION)
		return opt_put(sk->tcp.cc, sizeof sk->tcp.cc, value, len);
	err = get_int(sk, name, &v);
	return err ? err : opt_put_int(v, value, len);
}

int
opt_udp_set(struct sock *sk, int name, const void *value, size_t len)
{
	int v;
	int err = opt_int(value, len, &v);

	if (name == OPT_UDP_GRO && !err) {
		sk->gro = v;
		return 0;
	}
	if (name == OPT_UDP_CORK && !err) {
		sk->corked = v;
		if (!v)
			(void)cork_send(sk);
		return 0;
	}
	if (name != OPT_UDP_SEGMENT)
		return -LEAT_ENOPROTOOPT;
	if (err || !within(v, 0, UINT16_MAX))
		return -LEAT_EINVAL;
	sk->dgram.seg_size = (uint16_t)v;
	opt_push_datagram(sk);
	return 0;
}

int
opt_udp_get(struct sock *sk, int name, void *value, size_t *len)
{
	switch (name) {
	case OPT_UDP_SEGMENT:
		return opt_put_int(sk->dgram.seg_size, value, len);
	case OPT_UDP_GRO:
		return opt_put_int(sk->gro, value, len);
	case OPT_UDP_CORK:
		return opt_put_int(sk->corked, value, len);
	case OPT_UDP_ENCAP:
	case OPT_UDPLITE_SEND_CSCOV:
	case OPT_UDPLITE_RECV_CSCOV:
		return opt_put_int(0, value, len);
	default:
		return -LEAT_ENOPROTOOPT;
	}
}
