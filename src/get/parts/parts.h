/*
 * get/parts/parts.h - which octets of a large file which connection fetches, when several fetch it
 * at once.
 *
 * Each connection asks for one piece after another, so the pieces that a slow one takes are few,
 * and no response has to be broken off. It knows no connection and writes no file.
 */
#ifndef GET_PARTS_PARTS_H
#define GET_PARTS_PARTS_H

#include "http/semantics/range.h"

enum { PARTS_MOST = 16, PARTS_GAPS = 64 };

/* A piece has from 256 KiB to 16 MiB. */
enum { PARTS_PIECE_LEAST = 256 << 10, PARTS_PIECE_MOST = 16 << 20 };

/* Octets from @next up to, and without, @end. */
struct parts_run {
	uint64_t next, end;
};

struct parts {
	uint64_t length;                  /* of the file */
	uint64_t piece;                   /* octets that a connection asks for at a time */
	struct parts_run gap[PARTS_GAPS]; /* that no connection fetches yet, in order */
	unsigned gaps;
	struct parts_run slot[PARTS_MOST]; /* what each connection fetches; empty if nothing */
	unsigned slots;
};

/* A file of @length octets, of which none is there, and 1 to PARTS_MOST connections. */
void parts_init(struct parts *p, unsigned slots, uint64_t length);

/*
 * Gives the idle connection @slot its next piece. Returns false if there is nothing left that no
 * other connection fetches.
 */
bool parts_take(struct parts *p, unsigned slot, struct http_range *r);

/* @n more octets of the piece of @slot are in the file. They are no more than it has. */
void parts_got(struct parts *p, unsigned slot, uint64_t n);

/* The connection has failed, or is done: what it did not fetch of its piece is for others. */
void parts_stop(struct parts *p, unsigned slot);

static inline bool
parts_idle(const struct parts *p, unsigned slot)
{
	return p->slot[slot].next == p->slot[slot].end;
}

/* Octets that are in the file. */
uint64_t parts_have(const struct parts *p);

/*
 * The length that a file with all octets that are not missing has at least. No connection fetches
 * anything.
 */
uint64_t parts_reach(const struct parts *p);

/* Room that the text of parts_put() needs at most. */
enum { PARTS_TEXT = 8192 };

/*
 * Puts what is missing as text, from which parts_read() goes on in a later run: a line "length
 * 1000" and a line "missing 0-99" for each run of octets.
 */
void parts_put(struct http_writer *w, const struct parts *p);

/* Reads this text. Returns false, with @p untouched, if it is malformed or contradicts itself. */
bool parts_read(struct parts *p, unsigned slots, struct http_span text);

#endif
