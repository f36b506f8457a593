/*
 * test/sim/serve/site.h - a folder whose files have known octets, and requests for it of which the
 * right answer is known.
 */
#ifndef TEST_SIM_SERVE_SITE_H
#define TEST_SIM_SERVE_SITE_H

#include "base/rng.h"
#include "http/message/message.h"

enum { ASK_CONTENT_MOST = 200000, ASK_FIELDS = 2 };

/* A request, and what its answer must be. */
struct ask {
	const char *method;
	char target[32], value[64];
	struct http_field field[ASK_FIELDS]; /* a value may point into @value, so an ask is not copied */
	uint32_t fields;
	uint64_t content; /* octets of the request's content */

	unsigned status, also; /* a second status that is right; 0: none */
	unsigned step;         /* of an upload: see ask_next() */
	bool known;            /* the content of the answer is: */
	uint64_t key;          /* the pattern of this file (world_pattern()) */
	uint64_t from, len;    /* these octets of it */
};

/* Makes the folder and returns its path; site_remove() removes it. Aborts if it cannot. */
const char *site_make(void);
void site_remove(void);

/* The time of the files' last change, in seconds since 1970. */
enum { SITE_TIME = 1000000000 };

/* A request that has no content if @safe. */
void ask_draw(struct ask *a, struct rng *r, bool safe);

/*
 * An upload to a name of its own. ask_next() makes it the request that gets the file, and then the
 * one that removes it; then it returns false.
 */
void ask_upload(struct ask *a, struct rng *r);
bool ask_next(struct ask *a);

/* ASK_CONTENT_MOST octets, of which each request with content sends the first. */
const void *ask_content(void);

#endif
