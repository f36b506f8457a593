/*
 * sock/opt_ip.h - what the tables of ip(7) and ipv6(7) have in common. The functions with a row as
 * argument are members of rows (sock/opt.h).
 */
#ifndef SOCK_OPT_IP_H
#define SOCK_OPT_IP_H

#include "sock/opt.h"

enum { OPT_TTL_DEFAULT = 64 };

/* The TTL or hop limit. -1 means the host's default, which the field keeps as 0. */
int opt_ip_set_hops(struct sock *sk, const struct sock_opt *o, int v);
int opt_ip_get_hops(struct sock *sk, const struct sock_opt *o, int *v);

/* The TTL or hop limit of packets to groups. -1 means 1. */
int opt_ip_set_group_hops(struct sock *sk, const struct sock_opt *o, int v);

/* IP_RECVERR. Turning it off discards the errors that were kept. */
int opt_ip_set_recverr(struct sock *sk, const struct sock_opt *o, int v);

int opt_ip_set_transparent(struct sock *sk, const struct sock_opt *o, int v);
int opt_ip_get_path_mtu(struct sock *sk, const struct sock_opt *o, int *v);

/* Stores the TOS or traffic class of @family (V4 or V6). A stream keeps the two ECN bits as 0. */
void opt_ip_set_tos(struct sock *sk, int family, int v);

/* Chooses the interface for packets to groups. 0: as routed. Returns 0 or -LEAT_ENODEV. */
int opt_ip_set_group_iface(struct sock *sk, uint32_t index);

#endif
