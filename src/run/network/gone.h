/*
 * run/network/gone.h - datagram sockets that the program has closed: once what they sent has
 * crossed the emulated link, the gateway's flows for them end, and with these the descriptors that
 * they hold outside.
 */
#ifndef RUN_NETWORK_GONE_H
#define RUN_NETWORK_GONE_H

#include "base/list.h"
#include "base/nsec.h"

struct emu;
struct gate;
struct sock;
struct socks;

struct gone {
	struct list waiting; /* by time */
	struct emu *link;
	struct gate *gate;
	struct socks *socks; /* the program's */
};

void gone_init(struct gone *g);
void gone_fini(struct gone *g);

/*
 * The program's datagram or echo socket @sk is about to be closed. Without memory its flows end by
 * themselves, after 30 to 120 s.
 */
void gone_note(struct gone *g, const struct sock *sk, nsec_t now);

/* Returns when gone_run() has something to do; NSEC_NEVER if it has nothing. */
nsec_t gone_next(const struct gone *g);

/*
 * Ends the flows of the sockets whose last datagram has arrived. If another socket has the port by
 * then, its flows are that socket's, and go on.
 */
void gone_run(struct gone *g, nsec_t now);

#endif
