/*
 * A program's stack, the emulated link, the gateway, and a scripted outside, in virtual time: for the tests of gate/.
 */
#ifndef TEST_GATE_WORLD_H
#define TEST_GATE_WORLD_H

#include "base/err.h"
#include "core/core.h"
#include "gate/gate.h"
#include "sim/outside.h"
#include "sim/sim.h"
#include "sock/sock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct world {
	struct sim *sim;
	struct stack *host, *gate_stack;
	struct sim_link *link;
	struct sim_outside *outside;
	struct gate *gate;
	size_t pool_max; /* the most octets that were ever out */
	unsigned ended;
	struct gate_flow_info last; /* the flow that ended last */
};

struct world *world_new(const struct emu_impair *impair, uint64_t seed, const struct gate_config *limits);
/* Ends the gateway, and with it every flow; asserts that nothing outside stayed open and that the pool is full again. */
void world_free(struct world *w);

/* Let things happen until @done says so, or for @limit of virtual time; true when it did. */
bool world_run(struct world *w, nsec_t limit, bool (*done)(void *arg), void *arg);
nsec_t world_now(const struct world *w);

struct ipaddr world_addr(const char *text);
struct endpoint world_end(const char *text, uint16_t port);

/* A stream socket of the program's, connecting to @to. */
struct sock *world_connect(struct world *w, const struct endpoint *to);
/* Connect, and wait until that has been decided; 0 or the LEAT_E number. */
int world_connect_wait(struct world *w, const struct endpoint *to, struct sock **out);
int world_error(struct sock *sk);

/* Octet @i of test stream @seed. */
static inline uint8_t
world_octet(uint64_t seed, uint64_t i)
{
	uint64_t x = (seed + 1) * 0x9e3779b97f4a7c15u + i * 0xbf58476d1ce4e5b9u;

	return (uint8_t)(x >> 56 ^ x >> 24);
}

/* One end of a stream that sends its octets and checks the other's. Works on either a socket inside or a service's end. */
struct talker {
	struct sock *sk;         /* inside, or */
	struct out_stream *peer; /* outside */
	uint64_t send_seed, recv_seed;
	uint64_t to_send, sent, received;
	bool shut;      /* its end was shut down after to_send */
	bool eof;       /* the other's end of file has been read */
	int error;      /* what ended it */
	bool paused;    /* does not read */
	uint64_t wrong; /* octets that were not as they should be */
};
void talker_go(struct talker *t);

#endif
