/*
 * get/split_impl.h - what the files of a transfer in parts share. For these only.
 */
#ifndef GET_SPLIT_IMPL_H
#define GET_SPLIT_IMPL_H

#include "get/job.h"

/* One connection. */
struct split_piece {
	struct split *split;
	struct transfer transfer;
	struct transfer_request ask;
	struct http_range range;
	char text[48]; /* of the range */
	bool going;
	bool lost; /* it has failed, and begins with no other piece */
};

struct split {
	struct get_job *job;
	struct parts parts;
	struct version version;
	bool known; /* the version and the length are */
	bool plain; /* the server sends no parts */
	bool over;  /* no piece begins any more */
	char *path, *state;
	int fd;
	unsigned n, going, tries;
	struct get_result failed; /* why the last one was given up */
	struct timer save;
	struct timer whole; /* fires if nothing was missing at the beginning */
	struct split_piece piece[];
};

/* The slot of @p in the split's parts. */
static inline unsigned
split_slot(const struct split_piece *p)
{
	return (unsigned)(p - p->split->piece);
}

/* split_state.c */

/* Writes down what is missing. A failure costs a later run some octets, and no more. */
void split_save(const struct split *s);
/*
 * Reads what an earlier run has written down. Returns false if there is nothing of use, or if the
 * file of the parts cannot be the one that it is about.
 */
bool split_restore(struct split *s);

/* split_piece.c: begins to fetch a piece; split_piece_over() is called at its end. */
void split_piece_begin(struct split_piece *p, const struct http_range *range);

/* split.c: a piece is over, as @p->transfer says. */
void split_piece_over(struct split_piece *p);

#endif
