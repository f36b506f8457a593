/*
 * test/unit/gate/world.h - hosts in virtual time for the tests of gate/: the program's stack, the
 * gateway behind an emulated link, the machine whose sockets the gateway uses, and all other hosts
 * outside.
 */
#ifndef TEST_GATE_WORLD_H
#define TEST_GATE_WORLD_H

#include "base/err.h"
#include "core/core.h"
#include "gate/gate.h"
#include "sim/sim.h"
#include "sim/simio.h"
#include "sock/sock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WORLD_LISTENERS = 8 };

/* A listener outside. Its connections are accepted as they arrive. */
struct world_listener {
	struct io_listener *io;
	void (*accepted)(void *arg, struct io_stream *s);
	void *arg;
};

struct world {
	struct sim *sim;
	struct stack *host, *gate_stack;
	struct sim_link *link;
	struct simio_net *net;
	struct simio_host *machine; /* 203.0.113.1, 2001:db8:113::1 and its own loopback */
	struct simio_host *outside; /* all other addresses */
	struct world_listener listener[WORLD_LISTENERS];
	struct io_dgram *dgram[WORLD_LISTENERS];
	unsigned listeners, dgrams;
	struct gate *gate;
	size_t pool_max; /* the most octets that were in use */
	unsigned ended;
	struct gate_flow_info last; /* the flow that ended last */
};

struct world *world_new(const struct emu_impair *impair, uint64_t seed, const struct gate_config *limits);
/*
 * Ends the gateway and every flow. Asserts that nothing outside is open and that the pool is full
 * again.
 */
void world_free(struct world *w);

/* Runs until @done returns true, or for @limit of virtual time. Returns true if it did. */
bool world_run(struct world *w, nsec_t limit, bool (*done)(void *arg), void *arg);
nsec_t world_now(const struct world *w);

struct ipaddr world_addr(const char *text);
struct endpoint world_end(const char *text, uint16_t port);

/*
 * Listens at @at outside; a loopback address is the machine's. world_free() closes the listener;
 * the streams are the test's.
 */
void world_listen(
    struct world *w, const struct endpoint *at, void (*accepted)(void *arg, struct io_stream *s), void *arg);
/* Opens a datagram socket at @at outside, which reports IO_READABLE. world_free() closes it. */
struct io_dgram *world_dgram(struct world *w, const struct endpoint *at, io_dgram_fn *fn, void *arg);

/* Returns how many streams and datagram sockets the gateway has open outside. */
unsigned world_open(const struct world *w);

/*
 * world_published() returns the name at which a client @from reaches what is published at @port of
 * all addresses. world_dial() connects to it from there.
 */
struct endpoint world_published(const struct endpoint *from, uint16_t port);
struct io_stream *world_dial(
    struct world *w, const struct endpoint *from, uint16_t port, io_stream_fn *fn, void *arg);
/* Publishes the program's port @inside at @port of all addresses. */
void world_publish(struct world *w, bool udp, uint16_t port, uint16_t inside);

/* Opens a stream socket of the program and connects it to @to. */
struct sock *world_connect(struct world *w, const struct endpoint *to);
/* Does the same, and waits for the outcome. Returns 0 or the LEAT_E number. */
int world_connect_wait(struct world *w, const struct endpoint *to, struct sock **out);
int world_error(struct sock *sk);

/* Octet @i of test stream @seed. */
static inline uint8_t
world_octet(uint64_t seed, uint64_t i)
{
	uint64_t x = (seed + 1) * 0x9e3779b97f4a7c15u + i * 0xbf58476d1ce4e5b9u;

	return (uint8_t)(x >> 56 ^ x >> 24);
}

/*
 * One end of a stream: sends its octets and checks the other end's. It is a socket inside or a
 * stream outside.
 */
struct talker {
	struct sock *sk;        /* inside, or */
	struct io_stream *peer; /* outside */
	uint64_t send_seed, recv_seed;
	uint64_t to_send, sent, received;
	bool shut;      /* shut down after to_send octets */
	bool eof;       /* the end was read */
	int error;      /* LEAT_E with which it ended */
	bool paused;    /* it does not read */
	uint64_t wrong; /* octets that are not as expected */
};
void talker_go(struct talker *t);

#endif
