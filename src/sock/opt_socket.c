/*
 * sock/opt_socket.c - SOL_SOCKET's options (socket(7)).
 */
#include "sock/opt.h"

#include <string.h>

/* Linux's numbers, asm-generic/socket.h. */
enum {
	OPT_DEBUG = 1,
	OPT_REUSEADDR = 2,
	OPT_TYPE = 3,
	OPT_ERROR = 4,
	OPT_DONTROUTE = 5,
	OPT_BROADCAST = 6,
	OPT_SNDBUF = 7,
	OPT_RCVBUF = 8,
	OPT_KEEPALIVE = 9,
	OPT_OOBINLINE = 10,
	OPT_NO_CHECK = 11,
	OPT_PRIORITY = 12,
	OPT_LINGER = 13,
	OPT_BSDCOMPAT = 14,
	OPT_REUSEPORT = 15,
	OPT_PEERCRED = 17,
	OPT_RCVLOWAT = 18,
	OPT_SNDLOWAT = 19,
	OPT_RCVTIMEO = 20,
	OPT_SNDTIMEO = 21,
	OPT_BINDTODEVICE = 25,
	OPT_TIMESTAMP = 29,
	OPT_ACCEPTCONN = 30,
	OPT_SNDBUFFORCE = 32,
	OPT_RCVBUFFORCE = 33,
	OPT_TIMESTAMPNS = 35,
	OPT_MARK = 36,
	OPT_TIMESTAMPING = 37,
	OPT_PROTOCOL = 38,
	OPT_DOMAIN = 39,
	OPT_BUSY_POLL = 46,
	OPT_INCOMING_CPU = 49,
	OPT_ZEROCOPY = 60,
	OPT_BINDTOIFINDEX = 62,
};

enum { DOMAIN_INET = 2, DOMAIN_INET6 = 10, PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58 };

/* The smallest buffers that Linux grants. */
enum { SNDBUF_MIN = 4608, RCVBUF_MIN = 2304 };

/*
 * Returns the size that SO_SNDBUF or SO_RCVBUF grants for @v octets: twice the number, within
 * limits. As on Linux, about half of it holds payload.
 */
static uint32_t
buffer_size(int v, uint32_t min, uint32_t max)
{
	uint32_t octets = (uint32_t)v; /* a negative number becomes a very large one */

	if (octets > max)
		octets = max;
	if (octets > INT32_MAX / 2)
		octets = INT32_MAX / 2;
	return octets * 2 < min ? min : octets * 2;
}

/* The row's arg is true for SO_SNDBUFFORCE, which the host's limit does not bind. */
static int
set_sndbuf(struct sock *sk, const struct sock_opt *o, int v)
{
	sk->opt.sndbuf = buffer_size(v, SNDBUF_MIN, o->arg ? UINT32_MAX : sk->socks->sndbuf_max);
	sk->opt.tcp.sndbuf = sk->opt.sndbuf / 2;
	return 0;
}

static int
set_rcvbuf(struct sock *sk, const struct sock_opt *o, int v)
{
	sk->opt.rcvbuf = buffer_size(v, RCVBUF_MIN, o->arg ? UINT32_MAX : sk->socks->rcvbuf_max);
	sk->opt.tcp.rcvbuf = sk->opt.dgram.rcvbuf = sk->opt.rcvbuf;
	return 0;
}

static int
set_linger(struct sock *sk, const struct sock_opt *o, const void *value, size_t len)
{
	int32_t pair[2];

	if (len < sizeof pair)
		return -LEAT_EINVAL;
	memcpy(pair, value, sizeof pair);
	sk->opt.linger.on = pair[0] != 0;
	if (sk->opt.linger.on)
		sk->opt.linger.seconds = pair[1] < 0 ? INT32_MAX : pair[1];
	return 0;
}

static int
get_linger(struct sock *sk, const struct sock_opt *o, void *value, size_t *len)
{
	int32_t pair[2] = {sk->opt.linger.on, sk->opt.linger.seconds};

	return opt_put(pair, sizeof pair, value, len);
}

/* The row's arg is 0 for SO_RCVTIMEO, 1 for SO_SNDTIMEO. */
static int
set_timeout(struct sock *sk, const struct sock_opt *o, const void *value, size_t len)
{
	if (len < sizeof sk->opt.kept.timeout[0])
		return -LEAT_EINVAL;
	memcpy(sk->opt.kept.timeout[o->arg], value, sizeof sk->opt.kept.timeout[0]);
	return 0;
}

static int
get_timeout(struct sock *sk, const struct sock_opt *o, void *value, size_t *len)
{
	return opt_put(sk->opt.kept.timeout[o->arg], sizeof sk->opt.kept.timeout[0], value, len);
}

static int
set_device(struct sock *sk, const struct sock_opt *o, const void *name, size_t len)
{
	char want[IFACE_NAME] = "";
	uint32_t found = 0;

	memcpy(want, name, len < sizeof want - 1 ? len : sizeof want - 1);
	for (uint32_t i = 1; i < CORE_IFACES && want[0]; i++) {
		const struct iface *iface = sk->socks->core->iface[i];

		if (iface && strncmp(iface->name, want, IFACE_NAME) == 0)
			found = i;
	}
	if (want[0] && !found)
		return -LEAT_ENODEV;
	sk->opt.dgram.bound_if = found;
	opt_push_datagram(sk);
	return sock_stream_apply_opts(sk);
}

static int
get_device(struct sock *sk, const struct sock_opt *o, void *value, size_t *len)
{
	const struct iface *iface = sk->socks->core->iface[sk->opt.dgram.bound_if];

	return iface ? opt_put(iface->name, strlen(iface->name) + 1, value, len) : opt_put("", 0, value, len);
}

static int
set_device_index(struct sock *sk, const struct sock_opt *o, int v)
{
	if (v < 0 || v >= CORE_IFACES || (v && !sk->socks->core->iface[v]))
		return -LEAT_ENODEV;
	return opt_store(sk, o, v);
}

/*
 * A stream that was bound with SO_REUSEPORT goes on sharing its port, because Linux's ports
 * remember how they were taken.
 */
static int
set_reuse_port(struct sock *sk, const struct sock_opt *o, int v)
{
	bool sticks = sk->type == SOCK_TYPE_STREAM && sk->name.claim.bucket;

	sk->name.claim.reuse_port = v || (sticks && sk->name.claim.reuse_port);
	return opt_store(sk, o, v);
}

static int
set_rcvlowat(struct sock *sk, const struct sock_opt *o, int v)
{
	if (v < 0)
		v = INT32_MAX;
	sock_changed(sk);
	return opt_store(sk, o, v ? v : 1);
}

/* Checks that the SOF_TIMESTAMPING_... flags exist, and that those that need another have it. */
static int
set_stamping(struct sock *sk, const struct sock_opt *o, int v)
{
	enum { OPT_ID = 1 << 7, STATS = 1 << 12, OPT_ID_TCP = 1 << 16, KNOWN = (1 << 18) - 1 };

	if (v & ~KNOWN || (v & OPT_ID_TCP && !(v & OPT_ID)) || v & STATS)
		return -LEAT_EINVAL;
	return opt_store(sk, o, v);
}

/*
 * struct so_timestamping: the flags, and the index of a hardware clock, which does not exist here.
 */
static int
get_stamping(struct sock *sk, const struct sock_opt *o, void *value, size_t *len)
{
	return opt_put((int32_t[2]){(int32_t)sk->opt.kept.stamping, 0}, sizeof(int32_t[2]), value, len);
}

/*
 * SO_TIMESTAMP and SO_TIMESTAMPNS exclude each other: the last one that was set counts. The row's
 * arg is the option's number.
 */
static int
set_timestamp(struct sock *sk, const struct sock_opt *o, int v)
{
	sk->opt.kept.timestamp = v ? o->arg : 0;
	return 0;
}

static int
get_timestamp(struct sock *sk, const struct sock_opt *o, int *v)
{
	*v = sk->opt.kept.timestamp == o->arg;
	return 0;
}

/* Takes 0 only; other values get the error -@arg. If arg is 0, every value is taken and ignored. */
static int
set_off(struct sock *sk, const struct sock_opt *o, int v)
{
	return v ? -o->arg : 0;
}

/* SO_MARK needs CAP_NET_ADMIN. */
static int
set_mark(struct sock *sk, const struct sock_opt *o, int v)
{
	return -LEAT_EPERM;
}

static int
get_type(struct sock *sk, const struct sock_opt *o, int *v)
{
	*v = sk->type == SOCK_TYPE_STREAM ? SOCK_TYPE_STREAM : SOCK_TYPE_DGRAM;
	return 0;
}

static int
get_error(struct sock *sk, const struct sock_opt *o, int *v)
{
	*v = 0;
	if (sk->end.conn)
		*v = tcp_take_error(sk->end.conn);
	else if (sk->end.ping)
		*v = ping_take_error(sk->end.ping);
	else if (sk->end.udp)
		*v = udp_take_error(sk->end.udp);
	return 0;
}

static int
get_protocol(struct sock *sk, const struct sock_opt *o, int *v)
{
	if (sk->type == SOCK_TYPE_STREAM)
		*v = PROTO_TCP;
	else if (sk->type == SOCK_TYPE_DGRAM)
		*v = PROTO_UDP;
	else
		*v = sk->v6 ? PROTO_ICMP6 : PROTO_ICMP;
	return 0;
}

static int
get_domain(struct sock *sk, const struct sock_opt *o, int *v)
{
	*v = sk->v6 ? DOMAIN_INET6 : DOMAIN_INET;
	return 0;
}

static int
get_listens(struct sock *sk, const struct sock_opt *o, int *v)
{
	*v = sk->end.listener != NULL;
	return 0;
}

static int
get_one(struct sock *sk, const struct sock_opt *o, int *v)
{
	*v = 1;
	return 0;
}

/* The peer is not a process of this host. */
static int
get_peer_cred(struct sock *sk, const struct sock_opt *o, void *value, size_t *len)
{
	static const int32_t none[3] = {0, -1, -1};

	return opt_put(none, sizeof none, value, len);
}

/*
 * SO_BSDCOMPAT has had no meaning since Linux 2.6. SO_DEBUG needs CAP_NET_ADMIN. SO_ZEROCOPY is
 * taken, but octets are copied all the same. Streams do not have it, because a stream could not
 * report the copy; a program that is refused sends without it.
 */
/* clang-format off */
static const struct sock_opt opts[] = {
	[OPT_DEBUG] = {.arg = LEAT_EACCES, .set = set_off, .get = opt_get_zero},
	[OPT_REUSEADDR] = {OPT_FIELD(name.claim.reuse_addr), .push = OPT_PUSH_STREAM},
	[OPT_TYPE] = {.get = get_type},
	[OPT_ERROR] = {.get = get_error},
	[OPT_DONTROUTE] = {.arg = LEAT_ENOPROTOOPT, .set = set_off, .get = opt_get_zero},
	[OPT_BROADCAST] = {OPT_FIELD(opt.dgram.broadcast), .push = OPT_PUSH_DATAGRAM},
	[OPT_SNDBUF] = {OPT_FIELD(opt.sndbuf), .set = set_sndbuf, .push = OPT_PUSH_BOTH},
	[OPT_RCVBUF] = {OPT_FIELD(opt.rcvbuf), .set = set_rcvbuf, .push = OPT_PUSH_BOTH},
	[OPT_KEEPALIVE] = {OPT_FIELD(opt.tcp.keepalive), .push = OPT_PUSH_STREAM},
	[OPT_OOBINLINE] = {OPT_FIELD(opt.tcp.oob_inline), .push = OPT_PUSH_STREAM},
	[OPT_NO_CHECK] = {OPT_FIELD(opt.dgram.no_sum), .push = OPT_PUSH_DATAGRAM},
	[OPT_PRIORITY] = {OPT_FIELD(opt.kept.priority)},
	[OPT_LINGER] = {.set_raw = set_linger, .get_raw = get_linger},
	[OPT_BSDCOMPAT] = {.set = set_off, .get = opt_get_zero},
	[OPT_REUSEPORT] = {OPT_FIELD(opt.dgram.reuse_port), .set = set_reuse_port, .push = OPT_PUSH_BOTH},
	[OPT_PEERCRED] = {.get_raw = get_peer_cred},
	[OPT_RCVLOWAT] = {OPT_FIELD(opt.rcvlowat), .set = set_rcvlowat},
	[OPT_SNDLOWAT] = {.get = get_one},
	[OPT_RCVTIMEO] = {.arg = 0, .set_raw = set_timeout, .get_raw = get_timeout},
	[OPT_SNDTIMEO] = {.arg = 1, .set_raw = set_timeout, .get_raw = get_timeout},
	[OPT_BINDTODEVICE] = {.set_raw = set_device, .get_raw = get_device},
	[OPT_TIMESTAMP] = {.arg = OPT_TIMESTAMP, .set = set_timestamp, .get = get_timestamp},
	[OPT_ACCEPTCONN] = {.get = get_listens},
	[OPT_SNDBUFFORCE] = {.arg = true, .set = set_sndbuf, .push = OPT_PUSH_BOTH},
	[OPT_RCVBUFFORCE] = {.arg = true, .set = set_rcvbuf, .push = OPT_PUSH_BOTH},
	[OPT_TIMESTAMPNS] = {.arg = OPT_TIMESTAMPNS, .set = set_timestamp, .get = get_timestamp},
	[OPT_MARK] = {.set = set_mark, .get = opt_get_zero},
	[OPT_TIMESTAMPING] = {OPT_FIELD(opt.kept.stamping), .absent_in = OPT_STREAM, .set = set_stamping, .get_raw = get_stamping},
	[OPT_PROTOCOL] = {.get = get_protocol},
	[OPT_DOMAIN] = {.get = get_domain},
	[OPT_BUSY_POLL] = {OPT_FIELD(opt.kept.busy_poll)},
	[OPT_INCOMING_CPU] = {OPT_FIELD(opt.kept.incoming_cpu)}, /* a hint; the stack has one thread */
	[OPT_ZEROCOPY] = {OPT_FIELD(opt.kept.zerocopy), .absent_in = OPT_STREAM, .refuse_in = OPT_PING,
		.refusal = LEAT_EOPNOTSUPP, .min = 0, .max = 1},
	[OPT_BINDTOIFINDEX] = {OPT_FIELD(opt.dgram.bound_if), .set = set_device_index, .push = OPT_PUSH_BOTH},
};
/* clang-format on */

const struct sock_opt_level opt_level_socket = {OPT_LEVEL(opts), .length = OPT_INT};
