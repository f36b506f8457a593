/*
 * serve/archive/format.h - a format of archives as functions: what stands around the content of
 * each entry, and at the end. archive.c calls them in this order, entry after entry.
 *
 * A format does no I/O: it gets octets by archive_read().
 */
#ifndef SERVE_ARCHIVE_FORMAT_H
#define SERVE_ARCHIVE_FORMAT_H

#include "serve/archive/archive.h"
#include "serve/archive/tree.h"

#include <assert.h>

struct archive;

/* Octets of content that are packed before others have their turn. */
enum { ARCHIVE_TURN = 128 << 10 };

/* Octets of the largest head of an entry, which has its path up to three times. */
enum { ARCHIVE_PIECE = 16384 };
static_assert((int)ARCHIVE_PIECE > 3 * (int)TREE_PATH + 2048, "a head fits");

struct archive_format_ops {
	/* Sets up @a->format_data. 0, or -LEAT_ENOMEM. */
	int (*begin)(struct archive *a);
	void (*end)(struct archive *a);
	/* Puts what stands before the content of @a->entry. 0, or -LEAT_ENOMEM. */
	int (*head)(struct archive *a, struct http_writer *w);
	/* Makes octets of the content; 0 at its end; or an error. */
	ssize_t (*content)(struct archive *a, char *at, size_t room);
	/* Puts what stands after the content. */
	void (*tail)(struct archive *a, struct http_writer *w);
	/* Puts a piece of the archive's end. False if there is none any more. */
	bool (*last)(struct archive *a, struct http_writer *w);
};

extern const struct archive_format_ops archive_tar, archive_zip;

struct archive {
	struct body body;
	const struct archive_format_ops *ops;
	void *data; /* the format's */
	unsigned *running;

	struct tree tree;
	struct tree_entry entry;
	uint64_t read; /* octets of the entry's content so far */
	uint64_t made; /* octets of the archive before the piece at hand */
	size_t worked; /* octets since others had their turn */
	bool rests;    /* they have it before the archive goes on */
	int error;     /* with which it has broken off */
	enum { ARCHIVE_NEXT, ARCHIVE_CONTENT, ARCHIVE_LAST, ARCHIVE_OVER } phase;

	struct http_span piece; /* octets that are made, and not taken */
	char octets[ARCHIVE_PIECE];
	char names[];
};

/*
 * Reads the next octets of the entry's content, at most @room (over 0), up to its size. Returns
 * their number; 0 at the end, which comes early if the file has become shorter; or an error.
 */
ssize_t archive_read(struct archive *a, char *at, size_t room);

#endif
