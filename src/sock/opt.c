/*
 * sock/opt.c - setsockopt() and getsockopt(): finds the row of an option, checks what the row
 * requires, and hands changed settings to the transports. It does not know what an option means.
 */
#include "sock/opt.h"

#include <string.h>

enum { SOL_LEVEL_IP = 0, SOL_LEVEL_SOCKET = 1, SOL_LEVEL_TCP = 6, SOL_LEVEL_UDP = 17, SOL_LEVEL_IPV6 = 41 };

/* Linux's tcp_wmem and tcp_rmem: the first sizes of a stream's buffers. */
enum { TCP_SNDBUF = 16384, TCP_RCVBUF = 131072 };

void
opt_defaults(struct sock *sk)
{
	bool stream = sk->type == SOCK_TYPE_STREAM;

	tcp_opts_default(&sk->opt.tcp);
	udp_opts_default(&sk->opt.dgram);
	sk->opt.sndbuf = stream ? TCP_SNDBUF : SOCK_BUF_DEFAULT;
	sk->opt.rcvbuf = stream ? TCP_RCVBUF : SOCK_BUF_DEFAULT;
	sk->opt.rcvlowat = 1;
	sk->opt.kept.incoming_cpu = -1;
	sk->opt.quickack_shown = true;
	sk->opt.mcast_ttl[V4] = sk->opt.mcast_ttl[V6] = 1;
}

int
opt_put(const void *from, size_t size, void *value, size_t *len)
{
	if (*len > size)
		*len = size;
	memcpy(value, from, *len);
	return 0;
}

void
opt_push_datagram(struct sock *sk)
{
	if (sk->end.udp)
		*udp_end_opts(sk->end.udp) = sk->opt.dgram;
	if (sk->end.ping) {
		ping_set_rcvbuf(sk->end.ping, sk->opt.dgram.rcvbuf);
		ping_set_recverr(sk->end.ping, sk->v6 ? sk->opt.dgram.recverr6 : sk->opt.dgram.recverr4);
	}
}

int
opt_push_stream(struct sock *sk, const struct tcp_opts *before)
{
	int err = sock_stream_apply_opts(sk);

	if (err)
		sk->opt.tcp = *before;
	return err;
}

static int
push(struct sock *sk, unsigned to, const struct tcp_opts *before)
{
	if (to & OPT_PUSH_DATAGRAM)
		opt_push_datagram(sk);
	return to & OPT_PUSH_STREAM ? opt_push_stream(sk, before) : 0;
}

int
opt_store(struct sock *sk, const struct sock_opt *o, int v)
{
	void *field = (char *)sk + o->at;

	switch (o->type) {
	case OPT_BOOL:
		*(bool *)field = v;
		break;
	case OPT_UINT8:
		*(uint8_t *)field = (uint8_t)v;
		break;
	case OPT_UINT16:
		memcpy(field, &(uint16_t){(uint16_t)v}, sizeof(uint16_t));
		break;
	case OPT_INT32:
		memcpy(field, &v, sizeof v);
		break;
	default:
		return -LEAT_ENOPROTOOPT;
	}
	return 0;
}

static int
load(const struct sock *sk, const struct sock_opt *o, int *v)
{
	const void *field = (const char *)sk + o->at;
	uint16_t word;

	switch (o->type) {
	case OPT_BOOL:
		*v = *(const bool *)field;
		break;
	case OPT_UINT8:
		*v = *(const uint8_t *)field;
		break;
	case OPT_UINT16:
		memcpy(&word, field, sizeof word);
		*v = word;
		break;
	case OPT_INT32:
		memcpy(v, field, sizeof *v);
		break;
	default:
		return -LEAT_ENOPROTOOPT;
	}
	return 0;
}

int
opt_get_zero(struct sock *sk, const struct sock_opt *o, int *v)
{
	*v = 0;
	return 0;
}

static const struct sock_opt *
find(const struct sock_opt_level *l, int name)
{
	static const struct sock_opt none;

	return name >= 0 && name < l->count ? &l->opt[name] : &none;
}

static unsigned
state_of(const struct sock *sk)
{
	static const uint8_t type[] = {
	    [SOCK_TYPE_STREAM] = OPT_STREAM, [SOCK_TYPE_DGRAM] = OPT_DGRAM, [SOCK_TYPE_PING] = OPT_PING};

	return type[sk->type] | (sk->name.claim.bucket ? OPT_BOUND : 0) |
	       (sk->end.conn ? OPT_CONNECTION : 0) | (sk->end.listener ? OPT_LISTENER : 0);
}

static int
read_int(enum opt_length rule, const void *value, size_t len, int *out)
{
	if (len >= sizeof *out) {
		memcpy(out, value, sizeof *out);
		return 0;
	}
	if (len == 0 && rule == OPT_INT_OR_NOTHING) {
		*out = 0;
		return 0;
	}
	if (len == 0 || rule == OPT_INT)
		return -LEAT_EINVAL;
	*out = *(const uint8_t *)value;
	return 0;
}

static int
check_state(const struct sock *sk, const struct sock_opt *o)
{
	unsigned state = state_of(sk);

	if (state & o->absent_in)
		return -LEAT_ENOPROTOOPT;
	return state & o->refuse_in ? -o->refusal : 0;
}

static int
check_range(const struct sock_opt *o, int v)
{
	bool any = o->min == 0 && o->max == 0;

	return any || (v >= o->min && v <= o->max) ? 0 : -LEAT_EINVAL;
}

/* Linux reads the value before it looks at the number, so the length is checked first. */
int
opt_set(const struct sock_opt_level *l, struct sock *sk, int name, const void *value, size_t len)
{
	const struct sock_opt *o = find(l, name);
	struct tcp_opts before;
	int v, err;

	if (o->set_raw) {
		err = check_state(sk, o);
		return err ? err : o->set_raw(sk, o, value, len);
	}
	err = read_int(o->length ? o->length : l->length, value, len, &v);
	if (!err)
		err = check_state(sk, o);
	if (!err)
		err = check_range(o, v);
	if (err)
		return err;
	before = sk->opt.tcp;
	err = o->set ? o->set(sk, o, v) : opt_store(sk, o, v);
	if (!err)
		err = push(sk, l->push | o->push, &before);
	if (!err && o->applied)
		o->applied(sk, v);
	return err;
}

int
opt_get(const struct sock_opt_level *l, struct sock *sk, int name, void *value, size_t *len)
{
	const struct sock_opt *o = find(l, name);
	int v, err;

	if (state_of(sk) & o->absent_in)
		return -LEAT_ENOPROTOOPT;
	if (o->get_raw)
		return o->get_raw(sk, o, value, len);
	err = o->get ? o->get(sk, o, &v) : load(sk, o, &v);
	if (err)
		return err;
	if (l->octet_answer && *len > 0 && *len < sizeof v && v >= 0 && v <= UINT8_MAX)
		*len = 1;
	return opt_put(&v, sizeof v, value, len);
}

/* Returns the table of @level, or NULL if the socket does not have that level. */
static const struct sock_opt_level *
level_of(const struct sock *sk, int level)
{
	switch (level) {
	case SOL_LEVEL_SOCKET:
		return &opt_level_socket;
	case SOL_LEVEL_TCP:
		return sk->type == SOCK_TYPE_STREAM ? &opt_level_tcp : NULL;
	case SOL_LEVEL_IP:
		return &opt_level_ip4;
	case SOL_LEVEL_IPV6:
		return sk->v6 ? &opt_level_ip6 : NULL;
	case SOL_LEVEL_UDP:
		return sk->end.udp ? &opt_level_udp : NULL;
	case LEAT_SOL_LEAT:
		return &opt_level_leat;
	default:
		return NULL;
	}
}

int
sock_setopt(struct sock *sk, int level, int name, const void *value, size_t len)
{
	const struct sock_opt_level *l = level_of(sk, level);

	return l ? opt_set(l, sk, name, value, len) : -LEAT_ENOPROTOOPT;
}

/* At a level that the socket does not have, Linux's error depends on the family. */
int
sock_getopt(struct sock *sk, int level, int name, void *value, size_t *len)
{
	const struct sock_opt_level *l = level_of(sk, level);

	if (l)
		return opt_get(l, sk, name, value, len);
	return sk->v6 ? -LEAT_ENOPROTOOPT : -LEAT_EOPNOTSUPP;
}
