/*
 * run/network/closed_dgram.h - remembers the datagram sockets that the program has closed. When
 * the last datagram of a socket has crossed the emulated link, the gateway ends its flows for that
 * socket, which frees the descriptors that they hold outside. It knows nothing of descriptors.
 */
#ifndef RUN_NETWORK_CLOSED_DGRAM_H
#define RUN_NETWORK_CLOSED_DGRAM_H

#include "base/list.h"
#include "base/nsec.h"

struct emu;
struct gate;
struct sock;
struct socks;

struct closed_dgrams {
	struct list waiting; /* struct closed_dgram, ordered by time */
	struct emu *link;
	struct gate *gate;
	struct socks *socks; /* the program's */
};

void closed_dgram_init(struct closed_dgrams *g);
void closed_dgram_fini(struct closed_dgrams *g);

/*
 * Notes that the program's datagram or echo socket @sk is about to be closed. Without memory it
 * notes nothing; then the flows end by their own timeout of 30 to 120 s.
 */
void closed_dgram_note(struct closed_dgrams *g, const struct sock *sk, nsec_t now);

/* Returns when closed_dgram_run() has something to do; NSEC_NEVER if it has nothing. */
nsec_t closed_dgram_next(const struct closed_dgrams *g);

/*
 * Ends the flows of the sockets whose last datagram has arrived. If another socket uses the port by
 * then, the flows belong to that socket and continue.
 */
void closed_dgram_run(struct closed_dgrams *g, nsec_t now);

#endif
