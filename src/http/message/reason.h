/*
 * http/message/reason.h - why a message was refused, as a number.
 */
#ifndef HTTP_MESSAGE_REASON_H
#define HTTP_MESSAGE_REASON_H

enum http_reason {
	HTTP_FINE, /* not refused */
#define X(name, status, words, source) HTTP_##name,
#include "http/message/reasons.h"
#undef X
	HTTP_REASONS /* number of values */
};

/* "BARE_CR"; "FINE" for HTTP_FINE. */
const char *http_reason_name(enum http_reason r);

/* In words for users: "CR without LF". */
const char *http_reason_words(enum http_reason r);

/* The rule's place: "RFC 9112, 2.2". */
const char *http_reason_source(enum http_reason r);

/* The status with which a server refuses such a request; 0 for HTTP_FINE. */
unsigned http_reason_status(enum http_reason r);

#endif
