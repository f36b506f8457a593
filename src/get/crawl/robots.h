/*
 * get/crawl/robots.h - robots.txt (RFC 9309): which paths of a server a program may fetch that
 * follows links by itself. It fetches nothing.
 */
#ifndef GET_CRAWL_ROBOTS_H
#define GET_CRAWL_ROBOTS_H

#include "http/message/field.h"

/*
 * What is after these bounds is not read (RFC 9309, 2.5, wants 500 KiB at least), nor is the line
 * that the first of them cuts. A caller may stop at that bound.
 */
enum { ROBOTS_OCTETS = 512000, ROBOTS_RULES = 20000 };

struct robots_rule {
	struct http_span pattern; /* in normal form; "*" stands for any octets, "$" at the end for the end */
	bool allow;
};

struct robots {
	char *text; /* of the patterns */
	struct robots_rule *rule;
	size_t rules;
};

/*
 * Reads the rules for the product @agent, those for "*" if it has none of its own. Returns 0 with
 * @r, which robots_fini() frees; or -LEAT_ENOMEM.
 */
int robots_read(struct robots *r, struct http_span text, const char *agent);

void robots_fini(struct robots *r);

/*
 * True if @target, path and query of a URI in normal form, may be fetched: the longest pattern that
 * matches decides, and one that allows if there are two (RFC 9309, 2.2.2).
 */
bool robots_allow(const struct robots *r, struct http_span target);

#endif
