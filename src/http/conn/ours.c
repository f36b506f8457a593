/*
 * http/conn/ours.c - refuses fields by name.
 */
#include "http/conn/ours.h"

#include "base/err.h"

static bool
is_ours(struct http_span name)
{
	return http_span_is(name, "content-length") || http_span_is(name, "transfer-encoding") ||
	       http_span_is(name, "connection") || http_span_is(name, "keep-alive");
}

void
http_write_theirs(struct http_writer *w, const struct http_field *field, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (is_ours(field[i].name) && !w->err)
			w->err = -LEAT_EINVAL;
		http_write_field(w, field[i].name, field[i].value);
	}
}
