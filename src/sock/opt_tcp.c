/*
 * sock/opt_tcp.c - the options of tcp(7).
 */
#include "sock/opt.h"
#include "tcp/cc/cc.h"

#include <string.h>

/* Linux's numbers, linux/tcp.h. */
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
	OPT_NOTSENT_LOWAT = 25,
	OPT_CC_INFO = 26,
	OPT_ULP = 31,
	OPT_INQ = 36
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
enum { MSS_DEFAULT = 536, SYNCNT_DEFAULT = 6, FIN_TIMEOUT = 60, RTO_LONGEST = 120, WINDOW_CLAMP_MIN = 1152 };

/* tcp(7): setting TCP_NODELAY also sends what a cork holds back, even if it was set before. */
static void
nodelay_applied(struct sock *sk, int v)
{
	if (v && sk->end.conn)
		tcp_push(sk->end.conn);
}

/* Clearing TCP_CORK also sends what MSG_MORE holds back, even if no cork was set. */
static void
cork_applied(struct sock *sk, int v)
{
	if (!v && sk->end.conn)
		tcp_commit(sk->end.conn, 0);
}

/* 0 means as the MTU allows. */
static int
set_max_segment(struct sock *sk, const struct sock_opt *o, int v)
{
	if (v && (v < MAXSEG_MIN || v > MAXSEG_MAX))
		return -LEAT_EINVAL;
	return opt_store(sk, o, v);
}

static int
get_max_segment(struct sock *sk, const struct sock_opt *o, int *v)
{
	struct leat_tcp_info info;

	if (!sk->end.conn) {
		*v = sk->opt.tcp.maxseg ? (int)sk->opt.tcp.maxseg : MSS_DEFAULT;
		return 0;
	}
	tcp_info(sk->end.conn, &info);
	*v = (int)info.tcpi_snd_mss;
	return 0;
}

static int
get_syn_count(struct sock *sk, const struct sock_opt *o, int *v)
{
	*v = sk->opt.tcp.syn_retries ? (int)sk->opt.tcp.syn_retries : SYNCNT_DEFAULT;
	return 0;
}

static int
set_linger2(struct sock *sk, const struct sock_opt *o, int v)
{
	if (v < 0)
		v = -1;
	else if (v == 0)
		v = FIN_TIMEOUT;
	else if (v > 2 * FIN_TIMEOUT)
		v = 2 * FIN_TIMEOUT;
	return opt_store(sk, o, v);
}

static int
set_quickack(struct sock *sk, const struct sock_opt *o, int v)
{
	sk->opt.tcp.quickack = v ? 1 : -1;
	return opt_store(sk, o, v);
}

/* 0 removes the bound, but only before there is a connection. */
static int
set_window_clamp(struct sock *sk, const struct sock_opt *o, int v)
{
	if (v == 0 && (sk->end.conn || sk->end.listener))
		return -LEAT_EINVAL;
	if (v && v < WINDOW_CLAMP_MIN)
		v = WINDOW_CLAMP_MIN;
	return opt_store(sk, o, v);
}

/*
 * TCP_DEFER_ACCEPT is set in seconds and kept as a number of retransmissions of the SYN-ACK, as on
 * Linux. The first is sent after 1 s, and each wait is twice as long as the one before.
 */
static int
set_defer_accept(struct sock *sk, const struct sock_opt *o, int v)
{
	int wait = 1, all = 1;
	uint8_t n = 1;

	if (v <= 0)
		return opt_store(sk, o, 0);
	for (; all < v && n < UINT8_MAX; n++) {
		wait = 2 * wait < RTO_LONGEST ? 2 * wait : RTO_LONGEST;
		all += wait;
	}
	return opt_store(sk, o, n);
}

static int
get_defer_accept(struct sock *sk, const struct sock_opt *o, int *v)
{
	int wait = 1, all = 0;

	for (uint8_t n = sk->opt.tcp.await_data; n; n--) {
		all += wait;
		wait = 2 * wait < RTO_LONGEST ? 2 * wait : RTO_LONGEST;
	}
	*v = all;
	return 0;
}

static int
set_congestion(struct sock *sk, const struct sock_opt *o, const void *name, size_t len)
{
	struct tcp_opts before = sk->opt.tcp;
	size_t n = len < sizeof sk->opt.tcp.cc - 1 ? len : sizeof sk->opt.tcp.cc - 1;
	char cc[sizeof sk->opt.tcp.cc] = "";

	if (len == 0)
		return -LEAT_EINVAL;
	memcpy(cc, name, n);
	if (!cc_find(cc))
		return -LEAT_ENOENT;
	memset(sk->opt.tcp.cc, 0, sizeof sk->opt.tcp.cc);
	memcpy(sk->opt.tcp.cc, cc, strlen(cc));
	return opt_push_stream(sk, &before);
}

static int
get_congestion(struct sock *sk, const struct sock_opt *o, void *value, size_t *len)
{
	return opt_put(sk->opt.tcp.cc, sizeof sk->opt.tcp.cc, value, len);
}

/* No upper layer protocol can be loaded. */
static int
set_ulp(struct sock *sk, const struct sock_opt *o, const void *value, size_t len)
{
	return -LEAT_ENOENT;
}

/* What Linux reports of a socket without a connection. */
static const struct leat_tcp_info INFO_NONE = {.tcpi_state = LEAT_TCP_CLOSED,
    .tcpi_rto = 1000000,
    .tcpi_snd_mss = MSS_DEFAULT,
    .tcpi_rcv_mss = MSS_DEFAULT,
    .tcpi_rttvar = 250000,
    .tcpi_snd_ssthresh = INT32_MAX,
    .tcpi_snd_cwnd = 10,
    .tcpi_reordering = 3};

static int
get_info(struct sock *sk, const struct sock_opt *o, void *value, size_t *len)
{
	struct leat_tcp_info info = INFO_NONE;

	if (sk->end.conn)
		tcp_info(sk->end.conn, &info);
	else if (sk->end.listener)
		info = (struct leat_tcp_info){.tcpi_state = LEAT_TCP_LISTEN};
	/* A connection in TIME-WAIT has left its socket, as on Linux. */
	if (info.tcpi_state == LEAT_TCP_TIME_WAIT)
		info.tcpi_state = LEAT_TCP_CLOSED;
	return opt_put(&info, sizeof info, value, len);
}

/* As on Linux, an algorithm may report nothing. */
static int
get_cc_info(struct sock *sk, const struct sock_opt *o, void *value, size_t *len)
{
	uint8_t info[CC_INFO_MAX];
	size_t n = sk->end.conn ? tcp_cc_info(sk->end.conn, info) : 0;

	return opt_put(info, n, value, len);
}

/* clang-format off */
static const struct sock_opt opts[] = {
	[OPT_NODELAY] = {OPT_FIELD(opt.tcp.nodelay), .applied = nodelay_applied},
	[OPT_MAXSEG] = {OPT_FIELD(opt.tcp.maxseg), .set = set_max_segment, .get = get_max_segment},
	[OPT_CORK] = {OPT_FIELD(opt.tcp.cork), .applied = cork_applied},
	[OPT_KEEPIDLE] = {OPT_FIELD(opt.tcp.keep_idle), .min = 1, .max = KEEPIDLE_MAX},
	[OPT_KEEPINTVL] = {OPT_FIELD(opt.tcp.keep_interval), .min = 1, .max = KEEPINTVL_MAX},
	[OPT_KEEPCNT] = {OPT_FIELD(opt.tcp.keep_count), .min = 1, .max = KEEPCNT_MAX},
	[OPT_SYNCNT] = {OPT_FIELD(opt.tcp.syn_retries), .min = 1, .max = SYNCNT_MAX, .get = get_syn_count},
	[OPT_LINGER2] = {OPT_FIELD(opt.tcp.linger2), .set = set_linger2},
	[OPT_DEFER_ACCEPT] = {OPT_FIELD(opt.tcp.await_data), .set = set_defer_accept, .get = get_defer_accept},
	[OPT_WINDOW_CLAMP] = {OPT_FIELD(opt.tcp.window_clamp), .set = set_window_clamp},
	[OPT_INFO] = {.get_raw = get_info},
	[OPT_QUICKACK] = {OPT_FIELD(opt.quickack_shown), .set = set_quickack},
	[OPT_CONGESTION] = {.set_raw = set_congestion, .get_raw = get_congestion},
	[OPT_USER_TIMEOUT] = {OPT_FIELD(opt.tcp.user_timeout), .min = 0, .max = INT32_MAX},
	[OPT_NOTSENT_LOWAT] = {OPT_FIELD(opt.tcp.notsent_lowat)},
	[OPT_CC_INFO] = {.get_raw = get_cc_info},
	[OPT_ULP] = {.set_raw = set_ulp},
	[OPT_INQ] = {OPT_FIELD(opt.kept.inq), .min = 0, .max = 1},
};
/* clang-format on */

const struct sock_opt_level opt_level_tcp = {OPT_LEVEL(opts), .length = OPT_INT, .push = OPT_PUSH_STREAM};
