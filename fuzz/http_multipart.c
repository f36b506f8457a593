/*
 * fuzz/http_multipart.c - any octets as a form with files, whole and in pieces, whose length the
 * first octet gives. The events must be the same.
 */
#include "http/form/multipart.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD_MOST = 256, PARTS_MOST = 8 };

/* A hash of the events, in which pieces of data make no difference. */
struct events {
	uint64_t hash;
};

static void
add(struct events *e, struct http_span s)
{
	for (size_t i = 0; i < s.len; i++)
		e->hash = (e->hash ^ (uint8_t)s.at[i]) * 0x100000001b3;
}

static void
add_number(struct events *e, uint64_t n)
{
	add(e, (struct http_span){(const char *)&n, sizeof n});
}

static void
add_part(struct events *e, const struct http_part *p)
{
	add_number(e, p->name.len);
	add(e, p->name);
	add_number(e, p->file_name.len + 2 * p->has_file_name);
	add(e, p->file_name);
	add(e, p->type);
}

/* Adds an event; false if it was the last one. */
static bool
add_event(struct events *e, const struct http_multipart *m, enum http_multipart_event event)
{
	if (event == HTTP_MULTIPART_DATA && m->data.len == 0)
		abort();
	if (event == HTTP_MULTIPART_DATA)
		add(e, m->data);
	if (event == HTTP_MULTIPART_DATA || event == HTTP_MULTIPART_MORE)
		return true;
	add_number(e, event);
	if (event == HTTP_MULTIPART_PART)
		add_part(e, &m->part);
	if (event == HTTP_MULTIPART_BAD)
		add_number(e, m->reason);
	return event != HTTP_MULTIPART_BAD && event != HTTP_MULTIPART_END;
}

static uint64_t
events_of(const uint8_t *data, size_t size, size_t piece)
{
	static const char type[] = "multipart/form-data; boundary=b";
	struct events e = {0xcbf29ce484222325};
	struct http_multipart m;
	char head[HEAD_MOST];
	bool more = http_multipart_begin(&m, http_span_of(type), head, HEAD_MOST, PARTS_MOST);
	size_t at = 0, used;

	if (!more)
		abort();
	while (more && at < size) {
		size_t n = piece < size - at ? piece : size - at;
		enum http_multipart_event event = http_multipart_next(&m, (const char *)data + at, n, &used);

		if (used > n || (event == HTTP_MULTIPART_MORE && used != n))
			abort();
		at += used;
		more = add_event(&e, &m, event);
	}
	while (more) { /* what is left to report, then the end */
		enum http_multipart_event event = http_multipart_next(&m, "", 0, &used);

		more = add_event(&e, &m, event == HTTP_MULTIPART_MORE ? http_multipart_eof(&m) : event);
	}
	return e.hash;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size > 0 ? data[0] % 16 + 1u : 1;

	if (size == 0)
		return 0;
	if (events_of(data + 1, size - 1, size) != events_of(data + 1, size - 1, piece))
		abort();
	return 0;
}
