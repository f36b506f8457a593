/*
 * get/crawl/html.h - tags of HTML, for the scanner of links. It knows no element by its name.
 */
#ifndef GET_CRAWL_HTML_H
#define GET_CRAWL_HTML_H

#include "http/message/field.h"

enum { HTML_ATTRS = 32 };

/* An opening tag. Attributes beyond the first HTML_ATTRS are left out. */
struct html_tag {
	struct http_span name;
	struct http_field attr[HTML_ATTRS]; /* values as they were sent, without their quotes */
	unsigned attrs;
};

/*
 * Takes text up to, and with, the next opening tag off *@rest. Comments, closing tags and
 * declarations are passed over. Returns false if there is no such tag any more.
 */
bool html_next(struct http_span *rest, struct html_tag *tag);

/* Takes the text of an element off *@rest that has no tags in it, such as <script>. */
struct http_span html_raw_text(struct http_span *rest, struct http_span name);

/* Returns the value of an attribute; one without octets if the tag does not have it. */
struct http_span html_attr(const struct html_tag *tag, const char *name);

/*
 * Decodes the character references of @s into the @most octets at @to: those by number, and amp,
 * lt, gt, quot, apos. Returns how many octets that are; @most + 1 if they do not fit.
 */
size_t html_decode(struct http_span s, char *to, size_t most);

#endif
