/*
 * http/message/parser.h - messages of HTTP/1.0 and HTTP/1.1 (RFC 9112) out of octets.
 *
 * It reads no socket and allocates nothing: the caller feeds octets in any pieces and gets events.
 * The events are the same however the octets were cut into pieces, except that the content comes in
 * other pieces. The parser neither copies nor keeps octets.
 */
#ifndef HTTP_MESSAGE_PARSER_H
#define HTTP_MESSAGE_PARSER_H

#include "http/message/chunked.h"
#include "http/message/lines.h"
#include "http/message/message.h"

enum http_event {
	HTTP_EVENT_MORE,     /* nothing to report: more octets are needed */
	HTTP_EVENT_HEAD,     /* the start line and all fields, as @request or @response */
	HTTP_EVENT_BODY,     /* octets of content, at @body */
	HTTP_EVENT_TRAILERS, /* fields after the content, at @trailer; only if there are any */
	HTTP_EVENT_END,      /* the message is complete */
	HTTP_EVENT_BAD       /* refused, for @reason; the connection is of no more use */
};

/* What the parser needs octets for. */
enum http_waits {
	HTTP_WAITS_MESSAGE,    /* no octet of a message has arrived */
	HTTP_WAITS_START_LINE, /* the start line has not ended */
	HTTP_WAITS_HEAD,       /* the head has not ended */
	HTTP_WAITS_BODY,       /* the content or the trailer section has not ended */
	HTTP_WAITS_NOTHING     /* the message is complete or refused */
};

/* Bounds, in octets unless it says otherwise. */
struct http_limits {
	uint32_t line;    /* start line with its CR LF; RFC 9112, 3, wants 8000 at least */
	uint32_t target;  /* request target */
	uint32_t head;    /* start line and all fields */
	uint32_t trailer; /* trailer section */
	uint32_t extra;   /* chunk extensions of a message */
	uint64_t body;    /* content */
};

extern const struct http_limits http_limits_usual;

struct http_parser {
	/* The results; they stand until the next call. */
	union {
		struct http_request request;
		struct http_response response;
	};
	struct http_span body;
	const struct http_field *trailer;
	uint32_t trailers;
	enum http_reason reason;

	/* The parser's own. */
	bool responses;
	uint8_t state, empty_lines, interims;
	enum http_method asked; /* of the request that the response answers */
	bool may_switch;        /* that request asked for another protocol */
	struct http_limits limits;
	struct http_field *field; /* the caller's */
	uint32_t fields, fields_most;
	struct http_lines lines;
	struct http_framed framed;
	struct http_chunked chunked;
	uint64_t left; /* octets of content to come, or how many more the limit allows */
};

/*
 * A parser of requests. Fields of heads and trailer sections are put into the array @field of
 * @fields_most, which stays the caller's.
 */
void http_parser_requests(
    struct http_parser *p, const struct http_limits *limits, struct http_field *field, uint32_t fields_most);

/* A parser of responses. */
void http_parser_responses(
    struct http_parser *p, const struct http_limits *limits, struct http_field *field, uint32_t fields_most);

/* Goes on with the next request of the connection. */
void http_parser_begin(struct http_parser *p);

/*
 * Goes on with the response to a request with the method @asked, which has the field Upgrade if
 * @may_switch. Each interim response (1xx but 101) is a message of its own: HEAD, then END, and the
 * parser goes on with the next one by itself.
 */
void http_parser_begin_response(struct http_parser *p, enum http_method asked, bool may_switch);

/*
 * Feeds the next @n octets, at @at. *@used of them are done with; the rest is to be fed again, in
 * front of what comes after it. The octets of a head or of a trailer section are used at once, when
 * it is whole, and spans point at them. So they must lie in one piece, which stays at its address
 * while it grows; and a response's can be changed, because a folded field is unfolded in place
 * (RFC 9112, 5.2).
 * After any other event than HTTP_EVENT_MORE there may be another one, even if @n was used.
 */
enum http_event http_parser_next(struct http_parser *p, char *at, size_t n, size_t *used);

/*
 * The octets of a trailer section that has not ended were moved to @to. In any other state nothing
 * points to octets that were not used; a head that has not ended cannot be moved.
 */
void http_parser_moved(struct http_parser *p, const char *to);

/*
 * The connection has ended after the octets that were fed: HTTP_EVENT_END if that ends the content,
 * HTTP_EVENT_BAD if a message is cut off, HTTP_EVENT_MORE between messages.
 */
enum http_event http_parser_eof(struct http_parser *p);

enum http_waits http_parser_waits(const struct http_parser *p);

#endif
