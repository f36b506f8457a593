/*
 * sock/opt_socket.c - SOL_SOCKET's options (socket(7)).
 */
#include "sock/impl.h"

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
 * Linux doubles the value that is set, for its own bookkeeping, and returns the double; payload
 * gets about half of it.
 */
static int
set_buffer(struct sock *sk, int v, bool send, bool force)
{
	struct tcp_opts before = sk->tcp;
	uint32_t min = send ? SNDBUF_MIN : RCVBUF_MIN;
	uint32_t max = send ? sk->socks->sndbuf_max : sk->socks->rcvbuf_max;
	uint32_t octets = (uint32_t)v; /* a negative number is a very large one */

	if (octets > max && !force)
		octets = max;
	if (octets > INT32_MAX / 2)
		octets = INT32_MAX / 2;
	octets = octets * 2 < min ? min : octets * 2;
	if (send) {
		sk->sndbuf = octets;
		sk->tcp.sndbuf = octets / 2;
	} else {
		sk->rcvbuf = octets;
		sk->tcp.rcvbuf = octets;
		sk->dgram.rcvbuf = octets;
	}
	opt_push_datagram(sk);
	return opt_push_stream(sk, &before);
}

static int
set_linger(struct sock *sk, const void *value, size_t len)
{
	int32_t pair[2];

	if (len < sizeof pair)
		return -LEAT_EINVAL;
	memcpy(pair, value, sizeof pair);
	sk->linger.on = pair[0] != 0;
	if (sk->linger.on)
		sk->linger.seconds = pair[1] < 0 ? INT32_MAX : pair[1];
	return 0;
}

static int
bind_to(struct sock *sk, uint32_t ifindex)
{
	sk->dgram.bound_if = ifindex;
	opt_push_datagram(sk);
	return stream_apply_opts(sk);
}

static int
set_device(struct sock *sk, const char *name, size_t len)
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
	return bind_to(sk, found);
}

/*
 * Who bound a stream with it goes on sharing, as on Linux, whose ports remember how they were
 * taken.
 */
static int
set_reuse_port(struct sock *sk, bool on)
{
	struct tcp_opts before = sk->tcp;
	bool sticks = sk->type == SOCK_TYPE_STREAM && sk->claim.bucket;

	sk->claim.reuse_port = on || (sticks && sk->claim.reuse_port);
	sk->dgram.reuse_port = on;
	opt_push_datagram(sk);
	return opt_push_stream(sk, &before);
}

/* SOF_TIMESTAMPING_...: the flags that exist, and which of them need another. */
static int
set_stamping(struct sock *sk, uint32_t flags)
{
	enum {
		OPT_ID = 1 << 7,
		TSONLY = 1 << 11,
		STATS = 1 << 12,
		OPT_ID_TCP = 1 << 16,
		KNOWN = (1 << 18) - 1
	};

	if (sk->type == SOCK_TYPE_STREAM)
		return -LEAT_ENOPROTOOPT;
	if (flags & ~(uint32_t)KNOWN || (flags & OPT_ID_TCP && !(flags & OPT_ID)) || flags & STATS)
		return -LEAT_EINVAL;
	sk->stamping = flags;
	return 0;
}

/*
 * Octets are copied all the same. A stream cannot report that; a program that is refused sends
 * without it.
 */
static int
set_zerocopy(struct sock *sk, int v)
{
	if (sk->type == SOCK_TYPE_STREAM)
		return -LEAT_ENOPROTOOPT;
	if (sk->type == SOCK_TYPE_PING)
		return -LEAT_EOPNOTSUPP;
	if (v < 0 || v > 1)
		return -LEAT_EINVAL;
	sk->zerocopy = v;
	return 0;
}

static int
set_int(struct sock *sk, int name, int v)
{
	struct tcp_opts before = sk->tcp;

	switch (name) {
	case OPT_REUSEADDR:
		sk->claim.reuse_addr = v;
		return opt_push_stream(sk, &before);
	case OPT_REUSEPORT:
		return set_reuse_port(sk, v);
	case OPT_BROADCAST:
		sk->dgram.broadcast = v;
		break;
	case OPT_NO_CHECK:
		sk->dgram.no_sum = v;
		break;
	case OPT_SNDBUF:
	case OPT_SNDBUFFORCE:
		return set_buffer(sk, v, true, name == OPT_SNDBUFFORCE);
	case OPT_RCVBUF:
	case OPT_RCVBUFFORCE:
		return set_buffer(sk, v, false, name == OPT_RCVBUFFORCE);
	case OPT_KEEPALIVE:
		sk->tcp.keepalive = v;
		return opt_push_stream(sk, &before);
	case OPT_OOBINLINE:
		sk->tcp.oob_inline = v;
		return opt_push_stream(sk, &before);
	case OPT_PRIORITY:
		sk->priority = v;
		return 0;
	case OPT_RCVLOWAT:
		sk->rcvlowat = v < 0 ? INT32_MAX : v ? v : 1;
		sock_changed(sk);
		return 0;
	case OPT_BINDTOIFINDEX:
		if (v < 0 || v >= CORE_IFACES || (v && !sk->socks->core->iface[v]))
			return -LEAT_ENODEV;
		return bind_to(sk, (uint32_t)v);
	case OPT_BUSY_POLL:
		sk->busy_poll = v;
		return 0;
	case OPT_TIMESTAMP:
	case OPT_TIMESTAMPNS: /* the one that was set last holds */
		sk->timestamp = v ? name : 0;
		return 0;
	case OPT_TIMESTAMPING:
		return set_stamping(sk, (uint32_t)v);
	case OPT_ZEROCOPY:
		return set_zerocopy(sk, v);
	case OPT_INCOMING_CPU: /* a hint; there is one thread here */
		sk->incoming_cpu = v;
		return 0;
	case OPT_DEBUG: /* CAP_NET_ADMIN may */
		return v ? -LEAT_EACCES : 0;
	case OPT_BSDCOMPAT: /* means nothing since Linux 2.6 */
		return 0;
	case OPT_DONTROUTE:
		return v ? -LEAT_ENOPROTOOPT : 0;
	case OPT_MARK:
		return -LEAT_EPERM;
	default:
		return -LEAT_ENOPROTOOPT;
	}
	opt_push_datagram(sk);
	return 0;
}

int
opt_socket_set(struct sock *sk, int name, const void *value, size_t len)
{
	int v;

	switch (name) {
	case OPT_LINGER:
		return set_linger(sk, value, len);
	case OPT_RCVTIMEO:
	case OPT_SNDTIMEO:
		if (len < sizeof sk->timeout[0])
			return -LEAT_EINVAL;
		memcpy(sk->timeout[name == OPT_SNDTIMEO], value, sizeof sk->timeout[0]);
		return 0;
	case OPT_BINDTODEVICE:
		return set_device(sk, value, len);
	default:
		if (len < sizeof v)
			return -LEAT_EINVAL;
		memcpy(&v, value, sizeof v);
		return set_int(sk, name, v);
	}
}

static int
take_error(struct sock *sk)
{
	if (sk->conn)
		return tcp_take_error(sk->conn);
	if (sk->ping)
		return ping_take_error(sk->ping);
	return sk->udp ? udp_take_error(sk->udp) : 0;
}

static int
protocol(const struct sock *sk)
{
	if (sk->type == SOCK_TYPE_STREAM)
		return PROTO_TCP;
	if (sk->type == SOCK_TYPE_DGRAM)
		return PROTO_UDP;
	return sk->v6 ? PROTO_ICMP6 : PROTO_ICMP;
}

static int
get_int(struct sock *sk, int name, int *v)
{
	switch (name) {
	case OPT_REUSEADDR:
		*v = sk->claim.reuse_addr;
		break;
	case OPT_REUSEPORT:
		*v = sk->dgram.reuse_port;
		break;
	case OPT_TYPE:
		*v = sk->type == SOCK_TYPE_STREAM ? SOCK_TYPE_STREAM : SOCK_TYPE_DGRAM;
		break;
	case OPT_ERROR:
		*v = take_error(sk);
		break;
	case OPT_BROADCAST:
		*v = sk->dgram.broadcast;
		break;
	case OPT_NO_CHECK:
		*v = sk->dgram.no_sum;
		break;
	case OPT_SNDBUF:
		*v = (int)sk->sndbuf;
		break;
	case OPT_RCVBUF:
		*v = (int)sk->rcvbuf;
		break;
	case OPT_KEEPALIVE:
		*v = sk->tcp.keepalive;
		break;
	case OPT_OOBINLINE:
		*v = sk->tcp.oob_inline;
		break;
	case OPT_PRIORITY:
		*v = sk->priority;
		break;
	case OPT_RCVLOWAT:
		*v = sk->rcvlowat;
		break;
	case OPT_SNDLOWAT:
		*v = 1;
		break;
	case OPT_ACCEPTCONN:
		*v = sk->listener != NULL;
		break;
	case OPT_PROTOCOL:
		*v = protocol(sk);
		break;
	case OPT_DOMAIN:
		*v = sk->v6 ? DOMAIN_INET6 : DOMAIN_INET;
		break;
	case OPT_BINDTOIFINDEX:
		*v = (int)sk->dgram.bound_if;
		break;
	case OPT_BUSY_POLL:
		*v = sk->busy_poll;
		break;
	case OPT_TIMESTAMP:
	case OPT_TIMESTAMPNS:
		*v = sk->timestamp == name;
		break;
	case OPT_INCOMING_CPU:
		*v = sk->incoming_cpu;
		break;
	case OPT_ZEROCOPY:
		if (sk->type == SOCK_TYPE_STREAM)
			return -LEAT_ENOPROTOOPT;
		*v = sk->zerocopy;
		break;
	case OPT_DEBUG:
	case OPT_BSDCOMPAT:
	case OPT_DONTROUTE:
	case OPT_MARK:
		*v = 0;
		break;
	default:
		return -LEAT_ENOPROTOOPT;
	}
	return 0;
}

int
opt_socket_get(struct sock *sk, int name, void *value, size_t *len)
{
	static const int32_t nobody[3] = {0, -1, -1}; /* the peer is on no process of this host's */
	int32_t pair[2] = {sk->linger.on, sk->linger.seconds};
	const struct iface *iface = sk->socks->core->iface[sk->dgram.bound_if];
	int v, err;

	switch (name) {
	case OPT_LINGER:
		return opt_put(pair, sizeof pair, value, len);
	case OPT_TIMESTAMPING: /* struct so_timestamping: the flags, and a clock of hardware's */
		if (sk->type == SOCK_TYPE_STREAM)
			return -LEAT_ENOPROTOOPT;
		return opt_put((int32_t[2]){(int32_t)sk->stamping, 0}, sizeof(int32_t[2]), value, len);
	case OPT_PEERCRED:
		return opt_put(nobody, sizeof nobody, value, len);
	case OPT_RCVTIMEO:
	case OPT_SNDTIMEO:
		return opt_put(sk->timeout[name == OPT_SNDTIMEO], sizeof sk->timeout[0], value, len);
	case OPT_BINDTODEVICE:
		return iface ? opt_put(iface->name, strlen(iface->name) + 1, value, len)
			     : opt_put("", 0, value, len);
	default:
		err = get_int(sk, name, &v);
		return err ? err : opt_put_int(v, value, len);
	}
}
