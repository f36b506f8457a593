/*
 * serve/file.c - answers with a file: conditions (RFC 9110, 13), ranges (14), the whole.
 */
#include "serve/impl.h"

#include "http/semantics/condition.h"

#include <unistd.h>

static struct http_span
field_value(const struct http_request *r, const char *name)
{
	const struct http_field *f = http_field_find(r->field, r->fields, name);

	return f ? f->value : (struct http_span){NULL, 0};
}

static enum http_condition
condition_of(struct http_exchange *x, const struct site_file *f)
{
	const struct http_request *r = x->request;
	struct http_validators v = {
	    .exists = true, .has_etag = true, .has_modified = true, .etag = f->etag, .modified = f->modified};

	return http_condition(r->method, r->field, r->fields, &v, conn_of(x)->serve->common_at);
}

/* A small file goes out with its head; others are sent by the stream, if it can. */
struct http_content
file_content(struct http_exchange *x, const struct site_file *f, uint64_t off, uint64_t len)
{
	body_file_part(&work_of(x)->task.file, off, len);
	if (len == 0)
		return http_nothing();
	if (len <= FILE_INLINE || !conn_of(x)->io->ops->send_file)
		return http_produced(len);
	return http_file(f->fd, (int64_t)off, len);
}

/*
 * True, unless the stream is to send the file and its first octet cannot be read. The head has gone
 * out when the stream finds that.
 */
static bool
can_be_sent(struct http_exchange *x, const struct site_file *f, const struct http_content *c)
{
	char octet;

	return c->source != HTTP_FROM_FILE || x->request->method == HTTP_HEAD ||
	       pread(f->fd, &octet, 1, c->off) == 1;
}

static void
send_file(struct http_exchange *x, const struct site_file *f, struct http_answer *a)
{
	if (can_be_sent(x, f, &a->content))
		answer_send(x, a);
	else
		answer_refuse(x, REFUSED_BROKEN, NULL);
}

static void
answer_range(struct http_exchange *x, const struct site_file *f, const struct http_range *range)
{
	char octets[96];
	struct http_writer w = http_writer(octets, sizeof octets);
	struct http_field field = {.name = http_span_of("Content-Range")};
	struct http_answer a = {.status = 206, .field = &field, .fields = 1, .built = f->head.ok};

	http_put_content_range(&w, range, (uint64_t)f->state.size);
	field.value = (struct http_span){w.at, w.len};
	a.content = file_content(x, f, range->first, http_range_len(range));
	send_file(x, f, &a);
}

/* What a file was compressed to is kept for the next one who asks. */
static void
keep_coded(void *arg, const char *at, size_t len)
{
	struct serve_task *t = arg;

	site_keep_coded(t->file.site, t->file.file, t->coding, at, len);
}

/*
 * A file that changed a moment ago might change again without another time of change: what it is
 * compressed to is not kept.
 */
static bool
may_keep(const struct serve *s, const struct site_file *f)
{
	return f->state.size <= SITE_CODED_MOST && s->common_at > site_seconds(f->state.changed) + 1;
}

static bool
encode(struct http_exchange *x, const struct site_file *f)
{
	struct serve_task *t = &work_of(x)->task;
	struct compress_keep keep = {keep_coded, t, SITE_CODED_MOST};
	bool kept = may_keep(conn_of(x)->serve, f);

	return encode_body(x, t->coding, (uint64_t)f->state.size, kept ? &keep : NULL);
}

/* The file in the task's coding. False without memory. */
static bool
answer_coded(struct http_exchange *x, const struct site_file *f)
{
	struct serve_task *t = &work_of(x)->task;
	const struct site_coded *kept = f->coded[t->coding];
	struct http_field field = {
	    http_span_of("Content-Encoding"), http_span_of(http_coding_name(t->coding))};
	struct http_answer a = {.status = 200, .field = &field, .fields = 1, .built = f->coded_head.ok};

	if (kept)
		a.content = http_memory(kept->octets, kept->len);
	else if (x->request->method == HTTP_HEAD || encode(x, f))
		a.content = http_produced(HTTP_LENGTH_UNKNOWN);
	else
		return false;
	answer_send(x, &a);
	return true;
}

static void
answer_whole(struct http_exchange *x, const struct site_file *f)
{
	struct http_answer a = {.status = 200, .built = f->head.ok};

	if (work_of(x)->task.coding != HTTP_IDENTITY && answer_coded(x, f))
		return;
	a.content = file_content(x, f, 0, (uint64_t)f->state.size);
	send_file(x, f, &a);
}

/*
 * A variant with a coding is sent as a whole, since its Content-Encoding would be read as one of
 * the frame around the parts. Without memory for the frame the file is sent as a whole, too.
 */
static void
answer_ranges(struct http_exchange *x, struct site_file *f, const struct http_range *range, size_t n)
{
	struct io_world *world = conn_of(x)->serve->world;
	struct serve_task *t = &work_of(x)->task;
	struct http_field field[2] = {
	    {.name = http_span_of("Content-Type")}, {http_span_of("Accept-Ranges"), http_span_of("bytes")}};
	struct http_answer a = {.status = 206, .field = field, .fields = 2, .built = f->head.not_modified};
	char octets[96];
	struct http_writer w = http_writer(octets, sizeof octets);
	uint8_t random[BODY_BOUNDARY / 2];
	struct body_ranges *b;

	world->ops->random(world, random, sizeof random);
	b = f->coding == HTTP_IDENTITY ? body_ranges_new(&t->file, range, n, random) : NULL;
	if (!b) {
		answer_whole(x, f);
		return;
	}
	t->body = &b->body;
	http_byteranges_type(&w, &b->frame);
	field[0].value = (struct http_span){w.at, w.len};
	a.content = http_produced(http_byteranges_length(&b->frame));
	answer_send(x, &a);
}

static void
refuse_range(struct http_exchange *x, const struct site_file *f)
{
	char octets[64];
	struct http_writer w = http_writer(octets, sizeof octets);
	struct http_field field = {.name = http_span_of("Content-Range")};

	http_put_unsatisfied_range(&w, (uint64_t)f->state.size);
	field.value = (struct http_span){w.at, w.len};
	answer_refuse(x, REFUSED_RANGE, &field);
}

static void
answer_body(struct http_exchange *x, struct site_file *f, bool ranges)
{
	struct http_span value = ranges ? field_value(x->request, "range") : (struct http_span){NULL, 0};
	struct http_range range[BODY_RANGES_MOST];
	size_t n;

	if (value.len == 0 || x->request->method != HTTP_GET) {
		answer_whole(x, f);
		return;
	}
	switch (http_ranges(value, (uint64_t)f->state.size, range, BODY_RANGES_MOST, &n)) {
	case HTTP_RANGES_PART:
		if (n == 1)
			answer_range(x, f, range);
		else
			answer_ranges(x, f, range, n);
		break;
	case HTTP_RANGES_UNSATISFIABLE:
		refuse_range(x, f);
		break;
	default:
		answer_whole(x, f);
	}
}

static enum http_coding
coding_for(struct http_exchange *x, const struct site_file *f, const struct http_coding_weights *accept)
{
	if (f->coding != HTTP_IDENTITY || !f->type->compress)
		return HTTP_IDENTITY;
	return encode_choose(x, accept, (uint64_t)f->state.size);
}

/* RFC 9110, 12.5.3: content without a coding is sent unless the client says that it takes none. */
static bool
is_acceptable(const struct serve_task *t, const struct http_coding_weights *accept)
{
	bool plain = t->coding == HTTP_IDENTITY && t->file.file->coding == HTTP_IDENTITY;

	return !plain || accept->of[HTTP_IDENTITY] > 0;
}

static void
answer_as_conditions_say(struct http_exchange *x, struct site_file *f)
{
	struct http_answer not_modified = {.status = 304};

	switch (condition_of(x, f)) {
	case HTTP_CONDITION_NOT_MODIFIED:
		not_modified.built = work_of(x)->task.coding == HTTP_IDENTITY ? f->head.not_modified
									      : f->coded_head.not_modified;
		answer_send(x, &not_modified);
		break;
	case HTTP_CONDITION_FAILED:
		answer_refuse(x, REFUSED_CONDITION, NULL);
		break;
	case HTTP_CONDITION_WHOLE:
		answer_body(x, f, false);
		break;
	default:
		answer_body(x, f, true);
	}
}

void
file_answer(struct http_exchange *x, struct site_file *f, const struct http_coding_weights *accept)
{
	struct http_field vary = {http_span_of("Vary"), http_span_of("Accept-Encoding")};
	struct serve_task *t = &work_of(x)->task;

	body_file_init(&t->file, conn_of(x)->serve->site, f);
	t->body = &t->file.body;
	t->coding = coding_for(x, f, accept);
	if (is_acceptable(t, accept))
		answer_as_conditions_say(x, f);
	else
		answer_refuse(x, REFUSED_CODING, &vary);
}
