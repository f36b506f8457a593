/*
 * http/message/octet.h - the classes of octets that the grammar of HTTP names.
 */
#ifndef HTTP_MESSAGE_OCTET_H
#define HTTP_MESSAGE_OCTET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum http_octet_class {
	HTTP_TCHAR = 1, /* part of a token (RFC 9110, 5.6.2) */
	/*
	 * Part of a request target: every visible octet of ASCII but " # < > \. RFC 3986 forbids a
	 * few more, which browsers send as they are: [ ] ^ ` { | }.
	 */
	HTTP_TARGET = 2,
	HTTP_REGNAME = 4, /* part of a registered name, but for "%" (RFC 3986, 3.2.2) */
	HTTP_VALUE = 8,   /* part of a field value: no control octet but the tab (RFC 9110, 5.5) */
};

extern const uint8_t http_octet[256];

static inline bool
http_octet_is(char c, enum http_octet_class class)
{
	return http_octet[(uint8_t)c] & class;
}

/* Returns how many octets at the start of the @n at @p are of @class. */
static inline size_t
http_octet_run(const char *p, size_t n, enum http_octet_class class)
{
	size_t i = 0;

	while (i < n && http_octet_is(p[i], class))
		i++;
	return i;
}

static inline bool
http_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* True if @c is one of the octets of @set, which has no zero. */
static inline bool
http_octet_in(char c, const char *set)
{
	return c != 0 && strchr(set, c);
}

/* The value of a hexadecimal digit, or -1. */
static inline int
http_hex(char c)
{
	if (http_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Letters of ASCII as small ones; no locale has a say. */
static inline char
http_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

#endif
