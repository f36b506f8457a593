/*
 * http/message/parser_impl.h - what the two files of the parser share: its states.
 */
#ifndef HTTP_MESSAGE_PARSER_IMPL_H
#define HTTP_MESSAGE_PARSER_IMPL_H

#include "http/message/parser.h"

enum parser_state {
	PARSER_EMPTY, /* before the first octet of a message */
	PARSER_START, /* within the start line */
	PARSER_FIELDS,
	PARSER_LENGTH, /* content that ends after @left octets */
	PARSER_CHUNKS,
	PARSER_TRAILER,
	PARSER_CLOSE, /* content that ends with the connection */
	PARSER_WHOLE, /* the end was not reported yet */
	PARSER_DONE,
	PARSER_BAD
};

/* Refuses the message; the parser stays in that state. */
enum http_event http_parse_bad(struct http_parser *p, enum http_reason why);

/*
 * Each goes on in the state of its name with the @n octets at @at, and adds to *@used what it is
 * done with. HTTP_EVENT_MORE with another state means that this one has the event.
 */
enum http_event http_parse_length(struct http_parser *p, const char *at, size_t n, size_t *used);
enum http_event http_parse_close(struct http_parser *p, const char *at, size_t n, size_t *used);
enum http_event http_parse_chunks(struct http_parser *p, const char *at, size_t n, size_t *used);
enum http_event http_parse_trailer(struct http_parser *p, char *at, size_t n, size_t *used);

#endif
