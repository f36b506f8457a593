/*
 * serve/listing/impl.h - what the files of a listing share. For these only.
 */
#ifndef SERVE_LISTING_IMPL_H
#define SERVE_LISTING_IMPL_H

#include "base/list.h"
#include "http/message/writer.h"
#include "serve/listing/listing.h"

enum listing_type { LISTING_FOLDER, LISTING_FILE, LISTING_OTHER };

struct listing_entry {
	int64_t size;
	int64_t modified; /* seconds since 1970 */
	uint8_t type;     /* enum listing_type */
	uint8_t len;      /* of the name */
	bool matches;     /* the search */
	char name[];      /* with a zero after it */
};

/* Entries are cut from blocks, in the order of reading. */
struct listing_block {
	struct listing_block *next;
	size_t used;
	_Alignas(struct listing_entry) char octets[];
};

/* Which entries there are. */
struct listing_set {
	struct listing_memory *memory;
	struct listing_block *blocks;
	struct listing_entry **at;
	size_t n, room;
	size_t matching;   /* entries that match the search */
	size_t block_room; /* of the next block */
	size_t octets;     /* of all memory */
	bool truncated;
	unsigned folders;
	uint64_t size; /* of all files */
};

/* A merge sort in steps, from the bottom up. */
struct listing_order {
	struct listing_entry **from, **to; /* of set->n pointers each */
	size_t width;                      /* of the runs that are sorted */
	size_t low, left, right, out;      /* the two runs that are merged; left is 0 before them */
	bool begun;
};

enum listing_phase { LISTING_READS, LISTING_SORTS_NOW, LISTING_OPENS_README, LISTING_READY };

/* Octets of the longest piece: a step of the path that has 2,048 "../" in its link. */
enum { LISTING_PIECE = 8192 };

struct listing {
	struct body body;
	struct listing_settings set; /* its path is @path */
	enum listing_phase phase;
	struct listing_set entries;
	struct listing_order order;

	const struct listing_entry *readme_entry; /* NULL: there is none */
	const struct readme *readme;              /* NULL: it is not shown */
	int readme_fd;                            /* while it is being made; or -1 */
	unsigned readme_asked;                    /* how often */

	struct http_span piece; /* what of the page is made, and not taken yet */
	unsigned part;          /* of the form: what is made next */
	size_t next;            /* the entry or the octet of the path that is next within the part */
	size_t rows;            /* of the page that were made */
	char octets[LISTING_PIECE];
	char path[];
};

/*
 * listing_set.c: takes @octets off what all listings may have. 0, or -LEAT_ENOMEM; what was taken
 * counts as the set's.
 */
int listing_set_reserve(struct listing_set *s, size_t octets);

/* Adds an entry. 0; -LEAT_ENOSPC if the set has reached its bound; or -LEAT_ENOMEM. */
int listing_set_add(struct listing_set *s, const struct listing_entry *e, const char *name);
void listing_set_free(struct listing_set *s);

/* listing_query.c: true if @name has all words of the search, in any case of ASCII. */
bool listing_matches(const struct listing_query *q, const char *name);

/* listing_read.c: reads some of the folder. 1: there is more; 0: the end; or a negative errno. */
int listing_read(struct listing *l);

/* Opens @name, or what the link leads to, beneath the served folder. A descriptor, or -1. */
int listing_open(const struct listing *l, const char *name, int flags);

/*
 * listing_readme.c: notes that there is @e, which may be the README; makes it ready, with results
 * as listing_work(), and no error; lets it go.
 */
void listing_readme_note(struct listing *l, const struct listing_entry *e);
int listing_readme_step(struct listing *l);
void listing_readme_end(struct listing *l);

/*
 * listing_order.c: sorts some entries. 1: there is more to do; 0: l->entries is sorted; or
 * -LEAT_ENOMEM.
 */
int listing_sort_step(struct listing *l);

/*
 * Under 0, 0 or over 0 as @a stands before, with or after @b, as people count: "a9" is before
 * "a10".
 */
int listing_natural_compare(const char *a, const char *b);

/*
 * listing_html.c, listing_json.c: makes the next piece, with l->octets if it has to. 1; 0 at the
 * end; or an error.
 */
int listing_html_next(struct listing *l);
int listing_json_next(struct listing *l);

/* The segment of the path that begins at l->next, which then is at the next one or the end. */
struct http_span listing_next_segment(struct listing *l);

/* listing_format.c: the link to an entry; a time (UTC) in a form of strftime(3); a size. */
void listing_put_href(struct http_writer *w, const struct listing_entry *e);
void listing_put_time(struct http_writer *w, int64_t seconds, const char *form);
void listing_put_size(struct http_writer *w, uint64_t octets);

#endif
