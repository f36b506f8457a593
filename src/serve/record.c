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
	return result < 0 && o->content.source != HTTP_FROM_PRODUCER ? o->content.length : 0;
}

static uint64_t
octets_of(struct http_exchange *x, int result)
{
	const struct serve_task *t = &work_of(x)->task;
	bool produced = work_of(x)->http.conn.out.content.source == HTTP_FROM_PRODUCER;

	if (t->length == HTTP_LENGTH_UNKNOWN || (result < 0 && produced))
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

const nsec_t serve_times[SERVE_TIMES] = {MSEC, 10 * MSEC, 100 * MSEC, SEC, 10 * SEC, 100 * SEC, NSEC_NEVER};

static void
count_request(struct serve_counts *n, unsigned status, nsec_t took)
{
	unsigned i = 0;

	while (took > serve_times[i])
		i++;
	n->requests++;
	n->statuses[status / 100 < SERVE_CLASSES ? status / 100 : 0]++;
	n->took[i]++;
	n->took_all += (uint64_t)took;
}

static void
add_line(struct serve *s, struct access_line *line)
{
	if (!s->log)
		return;
	line->at = s->set->wall();
	access_log_add(s->log, line, io_now(s->world));
}

/* The rest of the request is refused: record_refused() follows. */
static bool
is_refused_next(const struct serve_task *t, int result)
{
	return t->status == 0 && (result == -LEAT_EPROTO || result == -LEAT_ETIMEDOUT);
}

void
record_done(struct http_exchange *x, int result)
{
	const struct serve_conn *c = conn_of(x);
	const struct serve_task *t = &work_of(x)->task;
	const struct http_request *r = x->request;
	struct access_line line = {.client = c->addr,
	    .method = r->method_text,
	    .target = r->target,
	    .host = r->authority,
	    .minor = r->minor,
	    .status = t->status,
	    .took = io_now(c->serve->world) - t->began,
	    .reason = reason_of(t, result)};

	if (c->metrics || is_refused_next(t, result))
		return;
	count_request(c->serve->counts, t->status, line.took);
	c->serve->counts->broken += result < 0;
	if (!c->serve->log)
		return;
	line.octets = octets_of(x, result);
	line.user = http_span_of(t->user);
	line.agent = field_value(r, "user-agent");
	line.referer = field_value(r, "referer");
	add_line(c->serve, &line);
}

void
record_refused(struct serve_conn *c, const struct http_refused *r)
{
	struct access_line line = {.client = c->addr,
	    .line = r->line,
	    .status = http_reason_status(r->why),
	    .octets = r->octets,
	    .reason = http_reason_words(r->why)};

	count_request(c->serve->counts, line.status, 0);
	add_line(c->serve, &line);
}

void
record_turned(struct serve *s, const struct turned_away *t)
{
	struct access_line line = {.client = t->addr,
	    .line = t->line,
	    .status = answer_refusal_status(t->why),
	    .octets = t->octets,
	    .took = io_now(s->world) - t->began,
	    .reason = answer_refusal_words(t->why)};

	add_line(s, &line);
}
