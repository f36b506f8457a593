/*
 * sock/opt_group.c - options that join and leave groups and choose their sources: ip(7), ipv6(7),
 * RFC 3678. It reads Linux's structures; udp/ keeps the memberships.
 */
#include "sock/opt_group.h"

#include "base/bytes.h"

#include <string.h>

/*
 * Size of struct sockaddr_storage, and offsets in the structures of RFC 3678, which begin with an
 * index of 4 octets.
 */
enum { STORAGE = 128, REQ_GROUP = 8, REQ_SOURCE = REQ_GROUP + STORAGE, FAMILY4 = 2, FAMILY6 = 10 };
/*
 * Offsets in struct ip_msfilter (group, interface, mode, number, sources) and in struct
 * group_filter (index, group, mode, number, sources).
 */
enum {
	MSF_MODE = 8,
	MSF_COUNT = 12,
	MSF_LIST = 16,
	GF_MODE = REQ_SOURCE,
	GF_COUNT = GF_MODE + 4,
	GF_LIST = GF_MODE + 8
};
/* Linux's mld_max_msf and igmp_max_msf. */
enum { SOURCES_MOST = 64, SOURCES_MOST4 = 10 };

static uint32_t
host32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* Reads the address of a sockaddr. Returns false if its family is not that of @v6. */
static bool
sockaddr_read(const uint8_t *sa, bool v6, struct ipaddr *out)
{
	uint16_t family;

	memcpy(&family, sa, sizeof family);
	if (family != (v6 ? FAMILY6 : FAMILY4))
		return false;
	*out = v6 ? ipaddr_from16(sa + 8) : ipaddr_from4(sa + 4);
	return true;
}

static void
sockaddr_write(uint8_t *sa, const struct ipaddr *a)
{
	uint16_t family = ipaddr_is4(a) ? FAMILY4 : FAMILY6;

	memset(sa, 0, STORAGE);
	memcpy(sa, &family, sizeof family);
	if (ipaddr_is4(a))
		memcpy(sa + 4, ipaddr_octets4(a), 4);
	else
		memcpy(sa + 8, ipaddr_octets(a), 16);
}

/*
 * Finds the interface that has the IPv4 address @at. 0.0.0.0 gives index 0: as routed. Returns 0
 * with *@index, or -LEAT_ENODEV.
 */
static int
index_of(const struct sock *sk, const uint8_t *at, uint32_t *index)
{
	struct ipaddr addr = ipaddr_from4(at);
	const struct iface *iface = ipaddr_is_any(&addr) ? NULL : iface_of_addr(sk->socks->core, &addr);

	if (!iface && !ipaddr_is_any(&addr))
		return -LEAT_ENODEV;
	*index = iface ? iface->index : 0;
	return 0;
}

/*
 * Joins or leaves a group. The value is a struct ip_mreq (the group, an address of the interface)
 * or a struct ip_mreqn, which also has the interface's index.
 */
int
opt_group_set_member4(struct sock *sk, const struct sock_opt *o, const void *value, size_t len)
{
	const uint8_t *octets = value;
	struct ipaddr group;
	uint32_t index = 0;
	int err;

	if (len < 8)
		return -LEAT_EINVAL;
	if (!sk->end.udp)
		return -LEAT_EOPNOTSUPP;
	group = ipaddr_from4(octets);
	if (len >= 12)
		index = host32(octets + 8);
	err = index ? 0 : index_of(sk, octets + 4, &index);
	if (err)
		return err;
	return (o->arg & GROUP_ADD ? udp_join : udp_leave)(sk->end.udp, &group, index);
}

/* struct ipv6_mreq: the group, and the interface's index. */
int
opt_group_set_member6(struct sock *sk, const struct sock_opt *o, const void *value, size_t len)
{
	const uint8_t *octets = value;
	struct ipaddr group;

	if (len < 20)
		return -LEAT_EINVAL;
	if (!sk->end.udp)
		return -LEAT_EOPNOTSUPP;
	group = ipaddr_from16(octets);
	return (o->arg & GROUP_ADD ? udp_join : udp_leave)(sk->end.udp, &group, host32(octets + 16));
}

/* struct group_req */
int
opt_group_set_member(struct sock *sk, const struct sock_opt *o, const void *value, size_t len)
{
	const uint8_t *octets = value;
	struct ipaddr group;

	if (len < REQ_SOURCE || !sockaddr_read(octets + REQ_GROUP, o->arg & GROUP_V6, &group))
		return -LEAT_EINVAL;
	if (!sk->end.udp)
		return -LEAT_EOPNOTSUPP;
	return (o->arg & GROUP_ADD ? udp_join : udp_leave)(sk->end.udp, &group, host32(octets));
}

static int
change_source(
    struct sock *sk, const struct ipaddr *group, uint32_t index, const struct ipaddr *source, int arg)
{
	if (!sk->end.udp)
		return -LEAT_EOPNOTSUPP;
	return (arg & GROUP_ADD ? udp_add_source : udp_drop_source)(
	    sk->end.udp, group, index, source, arg & GROUP_INCLUDE);
}

/* struct ip_mreq_source: the group, an address of the interface, the source. */
int
opt_group_set_source4(struct sock *sk, const struct sock_opt *o, const void *value, size_t len)
{
	const uint8_t *octets = value;
	struct ipaddr group, source;
	uint32_t index = 0;
	int err;

	if (len != 12)
		return -LEAT_EINVAL;
	group = ipaddr_from4(octets);
	source = ipaddr_from4(octets + 8);
	err = ipaddr_is_multicast(&group) ? index_of(sk, octets + 4, &index) : -LEAT_EINVAL;
	return err ? err : change_source(sk, &group, index, &source, o->arg);
}

/* struct group_source_req */
int
opt_group_set_source(struct sock *sk, const struct sock_opt *o, const void *value, size_t len)
{
	const uint8_t *octets = value;
	struct ipaddr group, source;
	bool v6 = o->arg & GROUP_V6;

	if (len < REQ_SOURCE + STORAGE)
		return -LEAT_EINVAL;
	if (!sockaddr_read(octets + REQ_GROUP, v6, &group) ||
	    !sockaddr_read(octets + REQ_SOURCE, v6, &source))
		return -LEAT_EADDRNOTAVAIL;
	return change_source(sk, &group, host32(octets), &source, o->arg);
}

/* Offsets of the mode and the sources in a structure that holds a whole filter. */
struct filter_layout {
	size_t mode, list, each;
};
static const struct filter_layout MSF = {MSF_MODE, MSF_LIST, 4}, GF = {GF_MODE, GF_LIST, STORAGE};

static int
filter_head(const struct sock *sk, const uint8_t *value, size_t len, bool v6, const struct filter_layout *l,
    struct ipaddr *group, uint32_t *index)
{
	if (len < l->list)
		return -LEAT_EINVAL;
	if (l == &MSF) {
		*group = ipaddr_from4(value);
		return index_of(sk, value + 4, index);
	}
	*index = host32(value);
	return sockaddr_read(value + REQ_GROUP, v6, group) ? 0 : -LEAT_EADDRNOTAVAIL;
}

static int
set_filter(struct sock *sk, const uint8_t *value, size_t len, bool v6, const struct filter_layout *l)
{
	struct ipaddr group, source[SOURCES_MOST];
	struct udp_filter f = {.source = source};
	uint32_t index = 0, mode;
	int err = filter_head(sk, value, len, v6, l, &group, &index);

	if (err)
		return err;
	mode = host32(value + l->mode); /* MCAST_EXCLUDE is 0, MCAST_INCLUDE 1 */
	f.nsource = host32(value + l->mode + 4);
	f.include = mode == 1;
	if (f.nsource > (v6 ? SOURCES_MOST : SOURCES_MOST4))
		return -LEAT_ENOBUFS;
	if (len < l->list + f.nsource * l->each || mode > 1)
		return -LEAT_EINVAL;
	for (unsigned i = 0; i < f.nsource; i++) {
		const uint8_t *at = value + l->list + i * l->each;

		if (l == &MSF)
			source[i] = ipaddr_from4(at);
		else if (!sockaddr_read(at, v6, &source[i]))
			return -LEAT_EADDRNOTAVAIL;
	}
	return sk->end.udp ? udp_set_filter(sk->end.udp, &group, index, &f) : -LEAT_EOPNOTSUPP;
}

static int
get_filter(struct sock *sk, uint8_t *value, size_t *len, bool v6, const struct filter_layout *l)
{
	struct udp_filter f;
	struct ipaddr group;
	uint32_t index = 0, room, mode;
	int err = filter_head(sk, value, *len, v6, l, &group, &index);

	if (!err)
		err = sk->end.udp ? udp_get_filter(sk->end.udp, &group, index, &f) : -LEAT_EOPNOTSUPP;
	if (err)
		return err;
	room = host32(value + l->mode + 4);
	mode = f.include;
	memcpy(value + l->mode, &mode, sizeof mode);
	memcpy(value + l->mode + 4, &f.nsource, sizeof f.nsource);
	if (room > f.nsource)
		room = f.nsource;
	if (room > (*len - l->list) / l->each)
		room = (uint32_t)((*len - l->list) / l->each);
	for (unsigned i = 0; i < room; i++) {
		uint8_t *at = value + l->list + i * l->each;

		if (l == &MSF)
			memcpy(at, ipaddr_octets4(&f.source[i]), 4);
		else
			sockaddr_write(at, &f.source[i]);
	}
	*len = l->list + room * l->each;
	return 0;
}

int
opt_group_set_filter4(struct sock *sk, const struct sock_opt *o, const void *value, size_t len)
{
	return set_filter(sk, value, len, false, &MSF);
}

int
opt_group_get_filter4(struct sock *sk, const struct sock_opt *o, void *value, size_t *len)
{
	return get_filter(sk, value, len, false, &MSF);
}

int
opt_group_set_filter(struct sock *sk, const struct sock_opt *o, const void *value, size_t len)
{
	return set_filter(sk, value, len, o->arg & GROUP_V6, &GF);
}

int
opt_group_get_filter(struct sock *sk, const struct sock_opt *o, void *value, size_t *len)
{
	return get_filter(sk, value, len, o->arg & GROUP_V6, &GF);
}
