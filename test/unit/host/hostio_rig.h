/*
 * test/unit/host/hostio_rig.h - two worlds over the machine's sockets on one loop, for the tests of
 * host/hostio.h. A test that leaves anything open fails.
 */
#ifndef TEST_HOSTIO_RIG_H
#define TEST_HOSTIO_RIG_H

#include "base/err.h"
#include "host/fd_budget.h"
#include "host/hostio.h"
#include "host/loop.h"
#include "io/conform.h"

struct rig {
	struct conform conform;
	struct loop *loop;
	struct fd_budget fds;
	int spare; /* the lowest free descriptor before anything was opened */
};

/* A stream and what its owner was called with. */
struct side {
	struct io_stream *s;
	unsigned seen;  /* all events */
	unsigned calls; /* number of callbacks */
};

/* Setup and teardown. *state is the address to listen at; NULL: IPv4's loopback. */
int rig_begin(void **state);
int rig_end(void **state);
#define RIG_TEST(f) cmocka_unit_test_setup_teardown(f, rig_begin, rig_end)

/* Turns the loop until @mask has been seen, for at most two seconds. */
void rig_until(struct rig *b, const unsigned *seen, unsigned mask);

/* Turns of the loop within @wait; a loop that cannot sleep has very many. */
unsigned rig_turns_within(struct rig *b, nsec_t wait);

/* The callback of a struct side. */
void rig_on_stream(struct io_stream *s, unsigned events, void *arg);

/* Waits for @events on @side, forgetting those seen before. */
void rig_wait_for(struct rig *b, struct side *side, unsigned events);

/* Returns an ordinary listening socket at @addr; *@at is set to its name. */
int rig_listener(const struct ipaddr *addr, struct endpoint *at);

/* Connects @side; returns the plain socket at its other end. */
int rig_connected(struct rig *b, struct side *side);

/* Closes the plain socket @fd with a reset. */
void rig_reset(int fd);

/* The callback of a datagram socket; @arg is an unsigned that collects the events. */
void rig_on_dgram(struct io_dgram *d, unsigned events, void *arg);

/* Opens a datagram socket with that callback. */
struct io_dgram *rig_dgram(
    struct rig *b, const struct endpoint *local, const struct endpoint *peer, unsigned *seen);

#endif
