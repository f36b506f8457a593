/*
 * serve/encode.c - whether content is compressed on the way, and how (RFC 9110, 8.4 and 12.5.3).
 */
#include "serve/impl.h"

/*
 * Less fits a packet as it is. More takes long to compress, and its client gains from a length that
 * is known and from ranges; the processor's time for one request is bounded by it, too.
 */
enum { ENCODE_LEAST = 1024, ENCODE_MOST = 16 << 20 };

/*
 * Compressed responses at one time, each with up to 5 MB of memory, of a worker and of all; others
 * are sent as they are.
 */
enum { ENCODERS_MOST = 32, ENCODERS_MOST_ALL = 64 };

static bool
has_field(const struct http_request *r, const char *name)
{
	return http_field_find(r->field, r->fields, name) != NULL;
}

static bool
has_room(const struct serve *s)
{
	return s->now[SERVE_ENCODERS] < ENCODERS_MOST &&
	       share_gauge_all(s->share, SERVE_ENCODERS) < ENCODERS_MOST_ALL;
}

static bool
is_worth_it(const struct serve *s, uint64_t size)
{
	return s->set->compress_n > 0 && size >= ENCODE_LEAST &&
	       (size <= ENCODE_MOST || size == HTTP_LENGTH_UNKNOWN) && has_room(s);
}

/*
 * HTTP/1.0 would see the end of content without a length only in the end of the connection. A range
 * is one of the file as it is.
 */
enum http_coding
encode_choose(struct http_exchange *x, const struct http_coding_weights *accept, uint64_t size)
{
	const struct serve *s = conn_of(x)->serve;
	int chosen;

	if (!is_worth_it(s, size))
		return HTTP_IDENTITY;
	chosen = http_coding_choose(accept, s->set->compress, s->set->compress_n);
	if (chosen < 0 || accept->of[s->set->compress[chosen]] < accept->of[HTTP_IDENTITY])
		return HTTP_IDENTITY;
	if (x->request->minor == 0 || has_field(x->request, "range"))
		return HTTP_IDENTITY;
	return s->set->compress[chosen];
}

bool
encode_body(struct http_exchange *x, enum http_coding coding, uint64_t size, const struct compress_keep *keep)
{
	struct serve *s = conn_of(x)->serve;
	struct serve_task *t = &work_of(x)->task;
	struct body *body = compress_new(t->body, coding, size, keep, &s->now[SERVE_ENCODERS]);

	if (body)
		t->body = body;
	return body != NULL;
}
