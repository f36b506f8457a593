/* tcp/conn/info.h - STATUS (RFC 9293, 3.10.6): what a connection says of itself to its user. */
#ifndef TCP_CONN_INFO_H
#define TCP_CONN_INFO_H

#include "base/ipaddr.h"
#include "leat.h"
#include "tcp/cc/cc.h"

struct tcp_conn;

enum leat_tcp_state tcp_state(const struct tcp_conn *c);
void tcp_names(const struct tcp_conn *c, struct endpoint *local, struct endpoint *remote);
/* Returns the number of the flow, as in struct event. */
uint64_t tcp_flow(const struct tcp_conn *c);
/* Fills @info as Linux's TCP_INFO. */
void tcp_info(const struct tcp_conn *c, struct leat_tcp_info *info);
/* Fills @out as Linux's TCP_CC_INFO. Returns how many octets. */
size_t tcp_cc_info(const struct tcp_conn *c, uint8_t out[CC_INFO_MAX]);
size_t tcp_unacked(const struct tcp_conn *c); /* SIOCOUTQ: all octets in the send buffer */
size_t tcp_unsent(const struct tcp_conn *c);
size_t tcp_send_room(const struct tcp_conn *c);

#endif
