/*
 * sock/ping.h - ICMP echo sockets as Linux gives them to unprivileged users (icmp(7),
 * net.ipv4.ping_group_range). The user writes and reads whole echo messages. The identifier takes
 * the place of a port, and the checksum is computed here.
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

/* All echo sockets of one host, in a table by family and identifier. */
struct pings {
	struct core *core;
	struct table table;
};

/* Registers with @core for echo replies. Returns 0 or -LEAT_ENOMEM. */
int pings_init(struct pings *p, struct core *core);
void pings_fini(struct pings *p);

/*
 * Opens a socket. @changed is called with @user after its readiness may have changed. Returns NULL
 * without memory.
 */
struct ping *ping_open(struct pings *p, bool v6, size_t rcvbuf, void (*changed)(void *user), void *user);
void ping_close(struct ping *g);

/* Gives it identifier @id, which must be free. 0 gives the identifier up. */
void ping_bind(struct ping *g, uint16_t id);

/* Fixes the peer: replies and errors of other hosts are ignored. Unspecified: none is ignored. */
void ping_connect(struct ping *g, const struct ipaddr *peer);

/*
 * Sends the echo request at @buf, ICMP header included, to @ip->dst. Returns @len, -LEAT_EINVAL
 * (not an echo request), -LEAT_EMSGSIZE, -LEAT_ENOBUFS, an error of core_output(), or the pending
 * error, which is then cleared.
 */
ssize_t ping_send(struct ping *g, const void *buf, size_t len, const struct ip_tx *ip);
ssize_t ping_recv(struct ping *g, void *buf, size_t len, bool peek, struct dgram_names *names, size_t *full);

void ping_shutdown(struct ping *g, bool recv, bool send);
unsigned ping_ready(const struct ping *g);
size_t ping_unread(const struct ping *g);
int ping_take_error(struct ping *g);
void ping_set_rcvbuf(struct ping *g, size_t rcvbuf);
/*
 * Takes the oldest error about a request: see errq_take(). The payload begins at the ICMP header.
 */
ssize_t ping_recv_error(struct ping *g, void *buf, size_t len, struct dgram_error *out, size_t *full);
void ping_forget_errors(struct ping *g);
void ping_set_recverr(struct ping *g, bool on);

#endif
