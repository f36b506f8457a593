/*
 * http/message/reason.c - the table of reasons, to be looked up.
 */
#include "http/message/reason.h"

#include <assert.h>

struct reason_row {
	const char *name, *words, *source;
	unsigned status;
};

static const struct reason_row rows[HTTP_REASONS] = {
    {"FINE", "nothing is wrong", "", 0},
#define X(name, status, words, source) {#name, words, source, status},
#include "http/message/reasons.h"
#undef X
};

static const struct reason_row *
row_of(enum http_reason r)
{
	assert(r < HTTP_REASONS);
	return &rows[r];
}

const char *
http_reason_name(enum http_reason r)
{
	return row_of(r)->name;
}

const char *
http_reason_words(enum http_reason r)
{
	return row_of(r)->words;
}

const char *
http_reason_source(enum http_reason r)
{
	return row_of(r)->source;
}

unsigned
http_reason_status(enum http_reason r)
{
	return row_of(r)->status;
}
