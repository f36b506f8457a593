/*
 * test/unit/io/conform_impl.h - what the conformance tests share: one end of a stream as a test
 * sees it, and calls that wait. For conform*.c only.
 *
 * Every call on an object goes through a function of this header, which counts it in conform.calls;
 * every callback asserts that no call is running, that its object has not been closed, and that the
 * events were wanted.
 */
#ifndef TEST_IO_CONFORM_IMPL_H
#define TEST_IO_CONFORM_IMPL_H

#include "base/err.h"
#include "io/conform.h"

#include <stdlib.h>
#include <string.h>

struct end {
	struct conform *c;
	struct io_stream *s; /* NULL once closed */
	unsigned want;
	unsigned got; /* events since await() began */
	unsigned awaited;
	unsigned first;             /* events of the first callback */
	unsigned told;              /* callbacks so far */
	unsigned connected, failed; /* how often each was told */
	/* Called in each callback; NULL: what was told is wanted no longer. */
	void (*then)(struct end *e, unsigned events);
	void *arg;
};

/* A listener of the server's, which accepts nothing by itself. */
struct door {
	struct conform *c;
	struct io_listener *l; /* NULL once closed */
	struct endpoint at;    /* its name */
	unsigned told;
	bool open; /* accept() may have something */
	void (*then)(struct door *d);
	void *arg;
};

struct pair {
	struct door door;
	struct end client, server;
};

/* A function's test table; each file has one. */
struct conform_test {
	const char *name;
	void (*run)(void **state);
};
#define CONFORM_TEST(fn)                                                                                     \
	{                                                                                                    \
#fn, fn                                                                                      \
	}
extern const struct conform_test conform_open_tests[], conform_data_tests[], conform_bulk_tests[],
    conform_end_tests[], conform_event_tests[], conform_dgram_tests[], conform_world_tests[],
    conform_urgent_tests[], conform_owner_tests[];

/* Turns until @done says so. False if the deadline, conform.patience from now, came before. */
bool until(struct conform *c, bool (*done)(void *arg), void *arg);
/* Turns for conform.rest: whatever was under way has arrived since. */
void rest(struct conform *c);
/*
 * The same, and asserts that the world makes few turns meanwhile: those of TCP's own timers. One
 * that never sleeps makes thousands.
 */
void expect_sleep(struct conform *c);

/* Calls of io, counted. */
ssize_t end_read(struct end *e, void *buf, size_t len);
ssize_t end_write(struct end *e, const void *buf, size_t len, unsigned flags);
ssize_t end_write_spans(struct end *e, const struct pkt_span *span, unsigned n);
int end_peek(struct end *e, struct pkt_span *span, unsigned max);
void end_consume(struct end *e, size_t len);
ssize_t end_reserve(struct end *e, size_t want, void **at);
void end_commit(struct end *e, size_t len);
int end_shutdown(struct end *e);
void end_close(struct end *e, bool reset);
void end_want(struct end *e, unsigned events);
/* @s, just accepted, is @e's from now on. */
void end_adopt(struct end *e, struct conform *c, struct io_stream *s);
int end_connect(struct end *e, struct conform *c, const struct endpoint *to);

void door_open(struct door *d, struct conform *c, int backlog);
int door_accept(struct door *d, struct io_stream **out);
void door_close(struct door *d);
bool door_is_told(void *d); /* for until() */

/* The same, waiting for the event. They fail the test at the deadline. */
unsigned await(struct end *e, unsigned events);
/* The server must have accepted it: TLS, say, waits for what the server answers. */
void await_connected(struct end *e);
ssize_t get(struct end *e, void *buf, size_t len); /* a read that is not -LEAT_EAGAIN */
void put(struct end *e, const void *buf, size_t len);
void put_text(struct end *e, const char *text);
void expect_text(struct end *e, const char *text); /* reads just as much */
void expect_end(struct end *e);                    /* reads 0 */
void accept_one(struct door *d, struct end *e);
/*
 * Waits until IO_FAILED was told. Where a reset can be lost, it comes again when the peer of the
 * one that sent it says something: so this end does.
 */
void await_failed(struct end *e);

void pair_open(struct pair *p, struct conform *c);
/* Closes what is still open. */
void pair_close(struct pair *p);

/* Octet @i of a long stream that every test sends. */
uint8_t octet_at(size_t i);
void fill_pattern(uint8_t *buf, size_t from, size_t len);
void check_pattern(const uint8_t *buf, size_t from, size_t len);

struct conform *conform_of(void **state);

#endif
