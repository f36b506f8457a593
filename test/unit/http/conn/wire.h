/*
 * test/unit/http/conn/wire.h - a driver in memory: a script of octets in, a transcript of octets
 * out, in any pieces.
 */
#ifndef TEST_HTTP_WIRE_H
#define TEST_HTTP_WIRE_H

#include "base/rng.h"
#include "http/conn/conn.h"

enum { WIRE_IN = 900, WIRE_OUT = 2048, WIRE_FIELDS = 12 };

struct wire {
	struct http_conn *c;
	char in[WIRE_IN], out[WIRE_OUT];
	struct http_field field[WIRE_FIELDS];

	const char *script; /* what the other side sends */
	size_t left;        /* octets of it that were not read */
	bool eof;           /* and then it ends */
	size_t piece;       /* octets that are read or written at once, at most; 0 = no bound */
	struct rng *rng;    /* pieces are of random size up to @piece; NULL = all of that size */

	char *sent; /* all that was written, and a zero after it */
	size_t sent_len;
	bool shut; /* the sending side was ended */
};

/* The buffers of @w. */
struct http_buffers wire_buffers(struct wire *w);
void wire_free(struct wire *w);

/*
 * Drives the connection until it wants nothing that can be done: it is over, waits for the program,
 * or wants octets after the script. Returns what it wants.
 */
unsigned wire_run(struct wire *w);

/* As wire_run() with more octets. */
unsigned wire_say(struct wire *w, const char *octets);

/* What was written since the last call of it. */
const char *wire_heard(struct wire *w);

#endif
