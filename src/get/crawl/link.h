/*
 * get/crawl/link.h - the references in a page or a style sheet, for fetching a site.
 *
 * It is a scanner, not a browser: it builds no tree and runs no scripts. It takes any octets, and
 * time that grows with their number.
 */
#ifndef GET_CRAWL_LINK_H
#define GET_CRAWL_LINK_H

#include "http/message/field.h"

enum link_kind {
	LINK_PAGE, /* leads to another document */
	LINK_PART, /* belongs to the page: a picture, a script, a style sheet */
	LINK_BASE  /* what later references are relative to; of <base> */
};

/* A reference that is longer is left out. */
enum { LINK_MOST = 8192 };

struct link_out {
	/*
	 * A reference, without character references ("&amp;") and white space around it. It may be
	 * of any scheme, and malformed. It is valid within the call.
	 */
	void (*found)(struct link_out *o, struct http_span reference, enum link_kind kind);
	bool nofollow; /* <meta name="robots"> asks not to follow the links of this page */
};

/* Scans a page (HTML, or XHTML). */
void links_of_html(struct http_span text, struct link_out *o);

/* Scans a style sheet: url(...) and @import. */
void links_of_css(struct http_span text, struct link_out *o);

#endif
