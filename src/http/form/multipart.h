/*
 * http/form/multipart.h - forms with files, multipart/form-data (RFC 7578), out of octets.
 *
 * The caller feeds the content in any pieces and gets events. Whatever the pieces, the events are
 * the same, except that the data of a part comes in other pieces. The parser keeps the head of one
 * part in the caller's memory, and no data.
 */
#ifndef HTTP_FORM_MULTIPART_H
#define HTTP_FORM_MULTIPART_H

#include "http/message/field.h"

#include <stdint.h>

enum http_multipart_event {
	HTTP_MULTIPART_MORE, /* nothing to report: more octets are needed */
	HTTP_MULTIPART_PART, /* a part begins: @part */
	HTTP_MULTIPART_DATA, /* octets of its data: @data */
	HTTP_MULTIPART_DONE, /* the part has ended */
	HTTP_MULTIPART_END,  /* the form has ended; what may follow means nothing */
	HTTP_MULTIPART_BAD   /* refused, for @reason */
};

enum http_multipart_reason {
	HTTP_MULTIPART_FINE,
#define X(name, words, source) HTTP_MULTIPART_##name,
#include "http/form/multipart_reasons.h"
#undef X
	HTTP_MULTIPART_REASONS /* number of values */
};

/* A part; the spans stand until the next part begins. */
struct http_part {
	struct http_span name;      /* decoded; any octets */
	struct http_span file_name; /* as it was sent, a path perhaps: http_safe_name() makes a name of it */
	struct http_span type;      /* its Content-Type; empty if there is none */
	bool has_file_name;
};

enum { HTTP_BOUNDARY_MOST = 70 }; /* RFC 2046, 5.1.1 */

struct http_multipart {
	/* The results; @data stands until the next call. */
	struct http_part part;
	struct http_span data;
	enum http_multipart_reason reason;

	/* The parser's own. */
	char delimiter[4 + HTTP_BOUNDARY_MOST]; /* CR LF "--" and the boundary */
	uint8_t delimiter_len, matched, state;
	uint8_t lent; /* octets that count as matched, but belong to what stands before the data */
	uint32_t parts, parts_most;
	char *head; /* the caller's */
	uint32_t head_len, head_most;
};

/*
 * Begins with a form whose Content-Type is @type. Heads of parts are kept in the @head_most octets
 * at @head, which stay the caller's; a larger head is refused, as are more than @parts_most parts.
 * Returns false if @type is not that of a form, with @m->reason.
 */
bool http_multipart_begin(
    struct http_multipart *m, struct http_span type, char *head, uint32_t head_most, uint32_t parts_most);

/*
 * Feeds the next @n octets, at @at, of which *@used are then done with; the rest is to be fed
 * again. After any other event than HTTP_MULTIPART_MORE there may be another one, even if @n was
 * used.
 */
enum http_multipart_event http_multipart_next(
    struct http_multipart *m, const char *at, size_t n, size_t *used);

/* The content has ended: HTTP_MULTIPART_END if the form has, else HTTP_MULTIPART_BAD. */
enum http_multipart_event http_multipart_eof(struct http_multipart *m);

/* In words for users: "too many parts"; and the rule's place. */
const char *http_multipart_words(enum http_multipart_reason r);
const char *http_multipart_source(enum http_multipart_reason r);

#endif
