/*
 * sock/opt_ip.h - what the tables of ip(7) and ipv6(7) have in common. The functions are those of
 * rows (sock/opt.h).
 */
#ifndef SOCK_OPT_IP_H
#define SOCK_OPT_IP_H

#include "sock/opt.h"

enum { OPT_TTL_DEFAULT = 64 };

/* The TTL or hop limit: -1 means the host's default, which the field keeps as 0. */
int opt_ip_set_hops(struct sock *sk, const struct sock_opt *o, int v);
int opt_ip_get_hops(struct sock *sk, const struct sock_opt *o, int *v);

/* The same of packets to groups, where -1 means 1. */
int opt_ip_set_group_hops(struct sock *sk, const struct sock_opt *o, int v);

/* Forgets the errors that were kept when they are no longer wanted. */
int opt_ip_set_recverr(struct sock *sk, const struct sock_opt *o, int v);

int opt_ip_set_transparent(struct sock *sk, const struct sock_opt *o, int v);
int opt_ip_get_path_mtu(struct sock *sk, const struct sock_opt *o, int *v);

/* Stores the TOS or traffic class of @family (V4, V6). A stream's ECN bits are not the user's. */
void opt_ip_set_tos(struct sock *sk, int family, int v);

/* Sends what goes to groups over interface @index (0: as routed). 0 or -LEAT_ENODEV. */
int opt_ip_set_group_iface(struct sock *sk, uint32_t index);

#endif
