/*
 * http/message/field.h - a field of a message: two runs of octets that belong to someone else.
 *
 * It knows the generic syntax of fields and of comma-separated lists, and no field by name.
 */
#ifndef HTTP_MESSAGE_FIELD_H
#define HTTP_MESSAGE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Octets that are not followed by a zero, and not owned. */
struct http_span {
	const char *at;
	size_t len;
};

/* A field line (RFC 9110, 5): the name as it was sent, the value without the space around it. */
struct http_field {
	struct http_span name, value;
};

/* The octets of a C string, without the zero at its end. */
static inline struct http_span
http_span_of(const char *text)
{
	return (struct http_span){text, strlen(text)};
}

static inline bool
http_span_eq(struct http_span a, struct http_span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* True if @s is @text, where letters of either case are the same (RFC 9110, 5.1). */
bool http_span_is(struct http_span s, const char *text);

/* True if @a and @b are the same, where letters of either case are the same. */
bool http_span_same(struct http_span a, struct http_span b);

/* The octets of @s before its first CR or LF. */
struct http_span http_span_line(struct http_span s);

/* @s without spaces and tabs at both ends. */
struct http_span http_span_trim(struct http_span s);

/* Returns the first of the @n fields with this name in any case, or NULL. */
const struct http_field *http_field_find(const struct http_field *field, size_t n, const char *name);

/*
 * Takes the next element off the comma-separated list *@rest (RFC 9110, 5.6.1), trimmed; empty
 * elements are passed over. Returns false at the end of the list. It does not know quoted strings:
 * a comma within one separates, too.
 */
bool http_list_next(struct http_span *rest, struct http_span *element);

/* True if one element of the list @value is @token, in any case. */
bool http_list_has(struct http_span value, const char *token);

#endif
