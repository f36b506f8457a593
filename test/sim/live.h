/*
 * test/sim/live.h - people who must not notice an attack: a connection that carries octets both ways all the time, and new clients that come by; and the
 * frames of the attacker.
 *
 * Host 0 is the client, host 1 serves and is attacked. Whatever the attacker sends stands at host 1's interface at once: he is nearer than anybody.
 */
#ifndef TEST_SIM_LIVE_H
#define TEST_SIM_LIVE_H

#include "world.h"

enum { LIVE_PORT = 7000, LIVE_TURN = 2000, FORGE_MAX = 4096 };

struct live {
	struct world *w;
	struct sock *listener;
	struct sock *sk[2]; /* of host 0 and of host 1 */
	struct timer tick;
	uint64_t sent[2], read[2];
	bool stopping, eof[2];
	unsigned clients; /* that came by and were served */
};

/* A listener on host 1 and the connection to it, established and carrying octets. */
void live_start(struct live *l, struct world *w);

/* Time passes; both directions must have moved on by its end. */
void live_run(struct live *l, nsec_t time);

/* A new client connects, is served an octet, and goes: true if that took no longer than @patience. One whose connection is reset tries again. */
bool live_client(struct live *l, nsec_t patience);

/* Both sides close; every octet sent must have been read. */
void live_stop(struct live *l);

/* Host 1's end, as TCP sees it. */
struct tcp_conn *live_conn(struct live *l);

/* A frame being forged: the link header, then whatever. */
struct forged {
	size_t len;
	uint8_t octets[FORGE_MAX];
};

/* A frame from host 0's link address to host 1's. */
void forge_frame(const struct world *w, struct forged *f, uint16_t ethertype, const void *body, size_t len);

/* ... with an IP header of the addresses' family; checksums of TCP, UDP, ICMP and ICMPv6 in @body are made right. */
void forge_ip(const struct world *w, struct forged *f, const struct ipaddr *src, const struct ipaddr *dst,
    uint8_t proto, void *body, size_t len);

/* ... and the checksums once more, after something was changed on purpose. */
void forge_sums(struct forged *f);

/* Host 1 gets it now. */
void forge_send(const struct world *w, const struct forged *f);

/* An address that the attacker might invent: outside the link's network, unless @near. */
struct ipaddr forge_addr(struct rng *r, bool v6, bool near);

/* Packets that host 1 has dropped for @reason, or for any reason with DROP_COUNT. */
uint64_t drops(const struct world *w, enum drop_reason reason);

#endif
