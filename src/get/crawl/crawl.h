/*
 * get/crawl/crawl.h - what of a site is to be fetched, and what was: the URIs that wait, in the
 * order in which they were found, and those that are known. It fetches nothing.
 */
#ifndef GET_CRAWL_CRAWL_H
#define GET_CRAWL_CRAWL_H

#include "base/table.h"
#include "http/uri/uri.h"

struct crawl_settings {
	unsigned depth; /* links that are followed from a start; 0: no bound */
	bool no_parent; /* nothing above the folders of the starts */
	size_t most;    /* URIs that are known at most */
	struct siphash_key key;
};

/* A URI in normal form, without a fragment. Its text follows. */
struct crawl_item {
	struct table_node node;
	struct crawl_item *next;       /* that waits */
	const struct crawl_item *from; /* the page that has the link; NULL: a start */
	unsigned depth;                /* links from a start */
	size_t len;
	char text[];
};

enum crawl_verdict {
	CRAWL_TAKEN,
	CRAWL_SEEN,      /* it is known already */
	CRAWL_ELSEWHERE, /* another scheme, host or port */
	CRAWL_ABOVE,     /* not beneath a start's folder */
	CRAWL_DEEP,      /* too many links from a start */
	CRAWL_MALFORMED, /* no http URI, or too long */
	CRAWL_FULL,      /* too many are known */
	CRAWL_MEMORY,
};

struct crawl {
	struct crawl_settings set;
	struct table known;
	struct crawl_item *first, **last; /* that wait */
	const struct crawl_item **start;
	size_t starts, waiting;
};

/* Returns 0 or -LEAT_ENOMEM. */
int crawl_init(struct crawl *c, const struct crawl_settings *set);

void crawl_fini(struct crawl *c);

/* Adds a URI that the user has named. */
enum crawl_verdict crawl_start(struct crawl *c, struct http_span uri);

/*
 * Adds what @reference means in the page @from, where references are relative to @base: the page's
 * own URI after redirects, or of its <base>.
 */
enum crawl_verdict crawl_link(
    struct crawl *c, const struct crawl_item *from, struct http_span base, struct http_span reference);

/* Adds what a redirect from @from leads to: no link more from a start. */
enum crawl_verdict crawl_redirect(struct crawl *c, const struct crawl_item *from, struct http_span reference);

/* Takes the next one that waits; NULL if there is none. It stays known, until crawl_fini(). */
const struct crawl_item *crawl_next(struct crawl *c);

static inline struct http_span
crawl_uri(const struct crawl_item *i)
{
	return (struct http_span){i->text, i->len};
}

#endif
