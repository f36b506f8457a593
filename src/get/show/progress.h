/*
 * get/show/progress.h - the progress of transfers on a terminal: a line for each that goes on,
 * drawn again in its place, and a last line for each that has ended.
 *
 * It reads no clock and writes to no terminal: the caller has both. It is calm: lines change five
 * times a second at most, and a transfer that ends before it was ever drawn is one line.
 */
#ifndef GET_SHOW_PROGRESS_H
#define GET_SHOW_PROGRESS_H

#include "base/list.h"
#include "get/show/speed.h"
#include "http/message/writer.h"

/* No transfer has more octets of name here; a longer one loses its middle when it is added. */
enum { PROGRESS_NAME = 256, PROGRESS_ROWS = 16 };

/* Room that the octets of one drawing need at most. */
enum { PROGRESS_ROOM = 16384 };

struct progress_item {
	struct list node;
	char name[PROGRESS_NAME];
	size_t name_len;
	struct speed speed;
	uint64_t done, total;
	bool has_total;
};

struct progress {
	struct list going; /* in the order in which they began */
	unsigned columns, rows;
	unsigned drawn;  /* lines that stand on the terminal, and will be drawn again */
	nsec_t next;     /* the time of the next drawing */
	uint64_t files;  /* that were announced with progress_expect() */
	uint64_t ended;  /* transfers that have ended */
	uint64_t octets; /* that these have moved */
	struct speed speed;
};

/* For a terminal of @columns. At most @rows transfers have a line of their own. */
void progress_init(struct progress *p, unsigned columns, unsigned rows, nsec_t now);

/* The terminal has a new width; what it shows is drawn from there on. */
void progress_resize(struct progress *p, unsigned columns);

/* There will be @n more transfers. With more than one in all, a line says how many have ended. */
void progress_expect(struct progress *p, uint64_t n);

/* A transfer begins; @done octets of it were there before. @i stays until progress_end(). */
void progress_add(
    struct progress *p, struct progress_item *i, struct http_span name, uint64_t done, nsec_t now);

void progress_total(struct progress_item *i, uint64_t total);
void progress_done(struct progress_item *i, uint64_t done);

/*
 * Puts what draws all lines anew. Returns false, with nothing put, if it is too early for that, or
 * there is nothing to show.
 */
bool progress_draw(struct progress *p, struct http_writer *w, nsec_t now);

/*
 * Ends @i, and puts its last line, which stays. If it is not @whole, it has failed, and has no such
 * line: an error message says why.
 */
void progress_end(struct progress *p, struct progress_item *i, struct http_writer *w, bool whole, nsec_t now);

/* Takes the lines that are drawn off the terminal, so that another text can be written there. */
void progress_erase(struct progress *p, struct http_writer *w);

/* The line of one transfer, without an end of line: see progress_line.c. */
void progress_put_line(
    struct http_writer *w, const struct progress_item *i, unsigned columns, bool ended, nsec_t now);

#endif
