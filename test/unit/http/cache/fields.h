/*
 * Fields of a message for tests, written as they stand in one: "Date: x\nAge: 1".
 */
#ifndef TEST_HTTP_CACHE_FIELDS_H
#define TEST_HTTP_CACHE_FIELDS_H

#include "http/message/field.h"

enum { FIELDS_MOST = 16 };

struct fields {
	struct http_field at[FIELDS_MOST];
	size_t n;
};

/* The fields of @text, to which they point. */
struct fields fields_of(const char *text);

#endif
