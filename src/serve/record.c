/*
 * serve/record.c - what the access log says of a request.
 */
#include "serve/impl.h"

#include "base/err.h"

static struct http_span
field_value(const struct http_request *r, const char *name)
{
	const struct http_field *f = http_field_find(r->field, r->fields, name);

	return f ? f->value : (struct http_span){NULL, 0};
}

/* Octets of the content that were not taken over. Of produced content all counts as sent. */
static uint64_t
left_of(const struct http_exchange *x, const struct http_outgoing *o, int result)
{
	return result < 0 && o->content.source == HTTP_FROM_FILE ? o->content.length : 0;
}

static uint64_t
octets_of(struct http_exchange *x, int result)
{
	const struct serve_task *t = &work_of(x)->task;

	if (t->length == HTTP_LENGTH_UNKNOWN)
		return t->made;
	return t->length - left_of(x, &work_of(x)->http.conn.out, result);
}

static const char *
reason_of(const struct serve_task *t, int result)
{
	if (result < 0)
		return err_text(result);
	return t->refusal == REFUSED_NOT ? NULL : answer_refusal_words(t->refusal);
}

void
record_done(struct http_exchange *x, int result)
{
	const struct serve_conn *c = conn_of(x);
	const struct serve_task *t = &work_of(x)->task;
	const struct http_request *r = x->request;
	nsec_t now = io_now(c->serve->world);
	struct access_line line = {.client = c->addr,
	    .method = r->method_text,
	    .target = r->target,
	    .host = r->authority,
	    .minor = r->minor,
	    .status = t->status,
	    .took = now - t->began,
	    .reason = reason_of(t, result)};

	if (!c->serve->log)
		return;
	line.at = c->serve->set->wall();
	line.octets = octets_of(x, result);
	line.agent = field_value(r, "user-agent");
	line.referer = field_value(r, "referer");
	access_log_add(c->serve->log, &line, now);
}

void
record_refused(struct serve_conn *c, enum http_reason why)
{
	struct access_line line = {
	    .client = c->addr, .status = http_reason_status(why), .reason = http_reason_words(why)};

	c->serve->counts->requests++;
	if (!c->serve->log)
		return;
	line.at = c->serve->set->wall();
	access_log_add(c->serve->log, &line, io_now(c->serve->world));
}
