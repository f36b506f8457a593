/*
 * test/sim/live.h - traffic that an attack must not disturb: a connection that carries octets in
 * both directions all the time, and new clients. Also the forged frames of the attacker.
 *
 * Host 0 is the client. Host 1 is the server, and is attacked. A frame of the attacker arrives at
 * host 1 at once, without the delay of the link.
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
	unsigned clients; /* new clients that were served */
};

/* Makes a listener on host 1, and a connection to it that carries octets. */
void live_start(struct live *l, struct world *w);

/* Lets @time pass. Fails if a direction of the connection has carried no octet by then. */
void live_run(struct live *l, nsec_t time);

/*
 * Connects as a new client, exchanges an octet, and closes. Tries again after a reset. Returns true
 * if this took at most @patience.
 */
bool live_client(struct live *l, nsec_t patience);

/* Closes both sides. Fails unless every octet that was sent was read. */
void live_stop(struct live *l);

/* Returns the TCP connection of host 1. */
struct tcp_conn *live_conn(struct live *l);

/* A forged frame: the link header, then any octets. */
struct forged {
	size_t len;
	uint8_t octets[FORGE_MAX];
};

/* Makes a frame from host 0's link address to host 1's. */
void forge_frame(const struct world *w, struct forged *f, uint16_t ethertype, const void *body, size_t len);

/* The same, with an IP header. Computes the checksum of TCP, UDP, ICMP or ICMPv6 in @body. */
void forge_ip(const struct world *w, struct forged *f, const struct ipaddr *src, const struct ipaddr *dst,
    uint8_t proto, void *body, size_t len);

/* Computes the checksums again, after the frame was changed. */
void forge_sums(struct forged *f);

/* Makes the frame arrive at host 1 now. */
void forge_send(const struct world *w, const struct forged *f);

/* Returns a random forged address: outside the link's network, unless @near. */
struct ipaddr forge_addr(struct rng *r, bool v6, bool near);

/* Returns how many packets host 1 has dropped for @reason; DROP_COUNT: for any reason. */
uint64_t drops(const struct world *w, enum drop_reason reason);

#endif
