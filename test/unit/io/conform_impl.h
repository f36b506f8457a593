/*
 * test/unit/io/conform_impl.h - what the conformance tests share: one end of a stream as a test
 * sees it, a listener, and calls that wait. Only conform*.c include it.
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
	unsigned got;               /* events since await() began */
	unsigned awaited;           /* events that end await() */
	unsigned first;             /* events of the first callback */
	unsigned reports;           /* callbacks so far */
	unsigned connected, failed; /* how often each was reported */
	/* Called in each callback. NULL: reported events are no longer wanted. */
	void (*on_event)(struct end *e, unsigned events);
	void *arg;
};

/* A listener of the server. The test accepts. */
struct acceptor {
	struct conform *c;
	struct io_listener *l; /* NULL once closed */
	struct endpoint at;    /* its address */
	unsigned reports;      /* callbacks so far */
	bool ready;            /* accept() may return a connection */
	void (*on_event)(struct acceptor *acc);
	void *arg;
};

struct pair {
	struct acceptor acceptor;
	struct end client, server;
};

/* A test and its name. Each file has a table of these. */
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
    conform_urgent_tests[], conform_optional_tests[], conform_owner_tests[];

/* Turns until @done() is true. Returns false if that takes longer than conform.patience. */
bool until(struct conform *c, bool (*done)(void *arg), void *arg);
/* Turns for conform.rest: after that, everything that was under way has arrived. */
void rest(struct conform *c);
/*
 * Does the same, and asserts that the world makes few turns: TCP's own timers need some. A world
 * that never sleeps makes thousands.
 */
void expect_sleep(struct conform *c);

/* Calls on a stream, each counted in conform.calls while it runs. */
ssize_t end_read(struct end *e, void *buf, size_t len);
ssize_t end_write(struct end *e, const void *buf, size_t len, unsigned flags);
ssize_t end_write_spans(struct end *e, const struct pkt_span *span, unsigned n);
int end_peek(struct end *e, struct pkt_span *span, unsigned max);
void end_consume(struct end *e, size_t len);
ssize_t end_reserve(struct end *e, size_t want, void **at);
void end_commit(struct end *e, size_t len, unsigned flags);
int end_shutdown(struct end *e);
void end_close(struct end *e, bool reset);
void end_want(struct end *e, unsigned events);
/* Makes @e the owner of @s, a stream that was just accepted. */
void end_adopt(struct end *e, struct conform *c, struct io_stream *s);
int end_connect(struct end *e, struct conform *c, const struct endpoint *to);

void acceptor_open(struct acceptor *acc, struct conform *c, int backlog);
int acceptor_accept(struct acceptor *acc, struct io_stream **out);
void acceptor_close(struct acceptor *acc);
bool acceptor_is_called(void *acceptor); /* for until() */

/* Calls that wait for their event. The test fails if it takes longer than conform.patience. */
unsigned await(struct end *e, unsigned events);
/* The test has accepted the connection: TLS, for example, waits for an answer of the server. */
void await_connected(struct end *e);
/* Reads once something has arrived; returns what read() does. */
ssize_t get(struct end *e, void *buf, size_t len);
void put(struct end *e, const void *buf, size_t len);
void put_text(struct end *e, const char *text);
void expect_text(struct end *e, const char *text); /* reads that many octets and no more */
void expect_end(struct end *e);                    /* reads 0 */
void accept_one(struct acceptor *acc, struct end *e);
/*
 * Waits until IO_FAILED was reported. A reset that was lost is sent again when this end writes, so
 * on a lossy link it writes.
 */
void await_failed(struct end *e);

void pair_open(struct pair *p, struct conform *c);
/* Closes what is still open. */
void pair_close(struct pair *p);

/* Octet @i of the pattern that long transfers consist of. */
uint8_t octet_at(size_t i);
void fill_pattern(uint8_t *buf, size_t from, size_t len);
void check_pattern(const uint8_t *buf, size_t from, size_t len);

/* An on_event that goes on wanting the same events. */
void keep_wanting(struct end *e, unsigned events);

struct conform *conform_of(void **state);

#endif
