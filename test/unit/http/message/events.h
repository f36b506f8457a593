/*
 * test/unit/http/message/events.h - messages with the events expected of them, and the parser's
 * events as text.
 */
#ifndef TEST_HTTP_EVENTS_H
#define TEST_HTTP_EVENTS_H

#include "http/message/parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* What the octets are: requests, or the response to a request. */
enum role { REQUESTS, TO_GET, TO_HEAD, TO_CONNECT, TO_UPGRADE };

/*
 * One row. Events are lines: "head ...", "body ...", "trailer Name: value", "end", "bad REASON"; at last,
 * unless it was bad, "idle" if the connection may end there, or what its end gives.
 */
struct message {
	const char *rule; /* the rule that the row holds, with its section */
	enum role role;
	const char *octets;
	size_t len;
	const char *events;
};

#define OCTETS(literal) (literal), sizeof(literal) - 1

/* The corpora. */
extern const struct message good_requests[], bad_requests[], smuggling[], chunked[], responses[];
extern const size_t good_requests_n, bad_requests_n, smuggling_n, chunked_n, responses_n;

/* Small enough that a row can meet each of them. */
extern const struct http_limits events_limits;
enum { EVENTS_FIELDS = 12, EVENTS_TEXT = 8192 };

/*
 * Feeds the octets of @m, of which piece i ends at offset @cut[i] for i < @cuts, and the rest comes at once; then
 * the end of the connection. Writes the events into @text.
 */
void events_of(const struct message *m, const size_t *cut, size_t cuts, char text[static EVENTS_TEXT]);

#endif
