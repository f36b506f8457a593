/*
 * test/unit/gate/talking.h - a service outside whose connections are answered by a talker.
 */
#ifndef TEST_GATE_TALKING_H
#define TEST_GATE_TALKING_H

#include "world.h"

enum { PEERS = 8 };

/* A service whose connections are answered by one talker: that of the latest connection. */
struct talking {
	struct simio_rule rule;
	struct talker t;
	struct io_stream *peer[PEERS];
	unsigned opened;
	bool failed;
};

/* Sets up a service at @at that will send @to_send octets to each client. */
void talking_init(struct talking *s, const char *at, uint16_t port, uint64_t to_send);

/* Lets the service listen, by its rule. */
void talking_serve(struct world *w, struct talking *s);

/* Closes all connections. @reset is for the latest one. */
void talking_close(struct talking *s, bool reset);

#endif
