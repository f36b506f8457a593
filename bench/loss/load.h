/*
 * bench/loss/load.h - the load on a bad link: a source that sends, and a drain that counts.
 *
 * Both need only io/io.h. So Linux's TCP, Leat's TCP on a device and Leat's TCP in virtual time
 * carry the same load. A connection begins with a request of eight octets from the drain: how many
 * octets the source is to send before it closes; 0 = without an end. The drain alone measures.
 */
#ifndef BENCH_LOSS_LOAD_H
#define BENCH_LOSS_LOAD_H

#include "base/list.h"
#include "io/io.h"

enum { LOAD_PORT = 5600, LOAD_TARGETS = 4, LOAD_FLOWS = 64 };

/* Answers requests. The owner zeroes it. */
struct load_source {
	/* Called for each accepted connection, to set its options; may be NULL. */
	void (*accepted)(struct io_stream *s);
	struct list flows;
	struct io_listener *listener;
	unsigned served;
};

/* Begins with @listener, whose callback and argument this sets. */
void load_source_start(struct load_source *source, struct io_listener *listener);

/* Resets what is open, and closes the listener. */
void load_source_stop(struct load_source *source);

struct load_drain_config {
	struct endpoint target[LOAD_TARGETS]; /* the sources; flow i draws from target i % targets */
	unsigned targets, flows;
	nsec_t limit; /* the measurement ends after this time */
	/* 0: every flow has one connection without an end. Otherwise: */
	unsigned transfers; /* how many connections all flows make, one after the other in each flow */
	uint64_t octets;    /* how much each of them brings */
};

struct load_drain; /* one measurement */

/*
 * Opens the connections in @world. @done, which may be NULL, is called when the measurement is over,
 * in a turn of @world. Returns NULL without memory.
 */
struct load_drain *load_drain_new(
    struct io_world *world, const struct load_drain_config *config, void (*done)(void *arg), void *arg);

/* Resets what is open, and frees it. */
void load_drain_free(struct load_drain *drain);

bool load_drain_over(const struct load_drain *drain);

/* Returns the octets that flow @i has received so far. */
uint64_t load_drain_octets(const struct load_drain *drain, unsigned i);

/*
 * The transfers that are complete: how many, and the time of each from the call of connect to the
 * end of the stream.
 */
unsigned load_drain_transfers(const struct load_drain *drain);
nsec_t load_drain_time(const struct load_drain *drain, unsigned n);

/* Returns how many connections failed. */
unsigned load_drain_failed(const struct load_drain *drain);

/* Prints "octets", "ms", "failed" and "seconds" as one object of JSON in a line. */
void load_drain_print(const struct load_drain *drain);

#endif
