/*
 * sock/ping.h - ICMP echo sockets, as Linux gives them to the unprivileged (icmp(7),
 * net.ipv4.ping_group_range): the user writes and reads echo messages from their ICMP header on;
 * the identifier is the socket's "port", and the checksum is ours.
 */
#ifndef SOCK_PING_H
#define SOCK_PING_H

#include "base/ipaddr.h"
#include "base/table.h"
#include "core/dgram.h"
#include "core/errq.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct core;
struct ip_tx;
struct ping;

/* All echo sockets of one host, by family and identifier. */
struct pings {
	struct core *core;
	struct table table;
};

/* Registers itself with @core for echo replies. 0 or -LEAT_ENOMEM. */
int pings_init(struct pings *p, struct core *core);
void pings_fini(struct pings *p);

/* @changed: readiness may have changed. NULL without memory. */
struct ping *ping_open(struct pings *p, bool v6, size_t rcvbuf, void (*changed)(void *user), void *user);
void ping_close(struct ping *g);

/* Take @id, which the caller knows to be free; 0 gives it up. */
void ping_bind(struct ping *g, uint16_t id);

/* Whose replies and errors are wanted; unspecified: everybody's. */
void ping_connect(struct ping *g, const struct ipaddr *peer);

/*
 * Sends the echo request at @buf (ICMP header included) to @ip->dst. @len, -LEAT_EINVAL (no echo
 * request), -LEAT_EMSGSIZE, -LEAT_ENOBUFS, what core_output() says, the pending error once.
 */
ssize_t ping_send(struct ping *g, const void *buf, size_t len, const struct ip_tx *ip);
ssize_t ping_recv(struct ping *g, void *buf, size_t len, bool peek, struct dgram_names *names, size_t *full);

void ping_shutdown(struct ping *g, bool recv, bool send);
unsigned ping_ready(const struct ping *g);
size_t ping_unread(const struct ping *g);
int ping_take_error(struct ping *g);
void ping_set_rcvbuf(struct ping *g, size_t rcvbuf);
/*
 * What was said of requests that it sent: see errq_take(). What comes back of one begins at its
 * ICMP header.
 */
ssize_t ping_recv_error(struct ping *g, void *buf, size_t len, struct dgram_error *out, size_t *full);
void ping_forget_errors(struct ping *g);
void ping_set_recverr(struct ping *g, bool on);

#endif
