/*
 * sock/opt_group.h - options that join and leave groups and choose their sources (ip(7), ipv6(7),
 * RFC 3678). The functions are members of rows (sock/opt.h).
 */
#ifndef SOCK_OPT_GROUP_H
#define SOCK_OPT_GROUP_H

#include "sock/opt.h"

/* What a row's arg says, as a mask. */
enum opt_group {
	GROUP_ADD = 1, /* joins a group or adds a source; otherwise leaves the group or drops the source */
	GROUP_INCLUDE = 2, /* the sources are wanted; otherwise they are blocked */
	GROUP_V6 = 4
};

int opt_group_set_member4(struct sock *sk, const struct sock_opt *o, const void *value, size_t len);
int opt_group_set_member6(struct sock *sk, const struct sock_opt *o, const void *value, size_t len);
int opt_group_set_member(struct sock *sk, const struct sock_opt *o, const void *value, size_t len);
int opt_group_set_source4(struct sock *sk, const struct sock_opt *o, const void *value, size_t len);
int opt_group_set_source(struct sock *sk, const struct sock_opt *o, const void *value, size_t len);
int opt_group_set_filter4(struct sock *sk, const struct sock_opt *o, const void *value, size_t len);
int opt_group_get_filter4(struct sock *sk, const struct sock_opt *o, void *value, size_t *len);
int opt_group_set_filter(struct sock *sk, const struct sock_opt *o, const void *value, size_t len);
int opt_group_get_filter(struct sock *sk, const struct sock_opt *o, void *value, size_t *len);

/* Options that IPv4 and IPv6 both have. The numbers are Linux's, linux/in.h. */
enum {
	MCAST_JOIN_GROUP = 42,
	MCAST_BLOCK_SOURCE = 43,
	MCAST_UNBLOCK_SOURCE = 44,
	MCAST_LEAVE_GROUP = 45,
	MCAST_JOIN_SOURCE_GROUP = 46,
	MCAST_LEAVE_SOURCE_GROUP = 47,
	MCAST_MSFILTER = 48,
};

/* Their rows. @v6 is GROUP_V6 or 0. */
/* clang-format off */
#define OPT_GROUP_ROWS(v6) \
	[MCAST_JOIN_GROUP] = {.arg = (v6) | GROUP_ADD, .set_raw = opt_group_set_member}, \
	[MCAST_BLOCK_SOURCE] = {.arg = (v6) | GROUP_ADD, .set_raw = opt_group_set_source}, \
	[MCAST_UNBLOCK_SOURCE] = {.arg = (v6), .set_raw = opt_group_set_source}, \
	[MCAST_LEAVE_GROUP] = {.arg = (v6), .set_raw = opt_group_set_member}, \
	[MCAST_JOIN_SOURCE_GROUP] = {.arg = (v6) | GROUP_ADD | GROUP_INCLUDE, .set_raw = opt_group_set_source}, \
	[MCAST_LEAVE_SOURCE_GROUP] = {.arg = (v6) | GROUP_INCLUDE, .set_raw = opt_group_set_source}, \
	[MCAST_MSFILTER] = {.arg = (v6), .set_raw = opt_group_set_filter, .get_raw = opt_group_get_filter}
/* clang-format on */

#endif
