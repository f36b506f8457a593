/*
 * tcp/out/output.h - what a connection sends, and when. It knows neither arriving segments nor the
 * calls of users: they set bits of what is wanted (enum tcp_want).
 */
#ifndef TCP_OUT_OUTPUT_H
#define TCP_OUT_OUTPUT_H

#include "tcp/conn/conn.h"

/* output.c: what leaves, and when */
/* Sends what @c wants. Frees it if it has ended and no user holds it. */
void tcp_flush(struct tcp_conn *c);
bool tcp_sends_data(const struct tcp_conn *c); /* true in a state that may send data */
/* Returns false if so much is unsent that the user wants to wait (tcp(7), TCP_NOTSENT_LOWAT). */
bool tcp_writes_allowed(const struct tcp_conn *c);
bool tcp_writable(const struct tcp_conn *c); /* there is enough room to wake a writer */

/* segments.c: builds a connection's segments */
void tcp_send_syn(struct tcp_conn *c);
void tcp_send_ack(struct tcp_conn *c, enum pkt_why why);
void tcp_send_probe(struct tcp_conn *c, enum pkt_why why);
void tcp_send_reset(struct tcp_conn *c);
uint32_t tcp_super_max(const struct tcp_conn *c);
uint32_t tcp_send_data(struct tcp_conn *c, uint32_t len, const struct recovery_next *next);

/* options.c: return how many octets of @opt they filled */
unsigned tcp_options_syn(struct tcp_conn *c, uint8_t opt[40]);
unsigned tcp_options_ack(struct tcp_conn *c, uint8_t opt[40]); /* includes SACK blocks */
unsigned tcp_options_data(const struct tcp_conn *c, uint8_t opt[40]);

#endif
