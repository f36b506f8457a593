/*
 * http/conn/answer.c - what a handler does with an exchange: reads on, answers, gives up.
 */
#include "http/conn/ours.h"
#include "http/conn/server.h"

#include "base/err.h"

#include <assert.h>

static bool
has_content(const struct http_server *s, unsigned status)
{
	return status != 204 && status != 205 && status != 304 && s->x.request->method != HTTP_HEAD;
}

static bool
is_chunked(const struct http_server *s, const struct http_content *c)
{
	return c->length == HTTP_LENGTH_UNKNOWN && s->x.request->minor > 0;
}

/*
 * RFC 9110, 8.6: a 204 has no Content-Length, and a 304 need not have one; a 205 has no content
 * (15.3.6).
 */
static void
write_framing(
    struct http_writer *w, const struct http_server *s, unsigned status, const struct http_content *c)
{
	if (status == 204 || status == 304)
		return;
	if (status == 205)
		http_write_number_field(w, "Content-Length", 0);
	else if (c->length != HTTP_LENGTH_UNKNOWN)
		http_write_number_field(w, "Content-Length", c->length);
	else if (is_chunked(s, c))
		http_write_text_field(w, "Transfer-Encoding", "chunked");
}

/* RFC 9112, 9.3 and 9.6; RFC 9110, 7.8: who sends Upgrade names it in Connection. */
static void
write_connection(struct http_writer *w, bool last, bool old, bool upgrade)
{
	if (upgrade)
		http_write_text_field(w, "Connection", last ? "upgrade, close" : "upgrade");
	else if (last)
		http_write_text_field(w, "Connection", "close");
	else if (old)
		http_write_text_field(w, "Connection", "keep-alive");
}

static void
write_common(struct http_writer *w, const struct http_service *service)
{
	if (service->common)
		http_write_built(w, *service->common);
}

/*
 * True if content that no one has asked for is more than what is thrown away; or if the client
 * waits for a 100 that does not come, and may send it or not (RFC 9110, 10.1.1).
 */
static bool
cannot_drain(const struct http_server *s)
{
	const struct http_framed *f = &s->x.request->framed;

	return s->intake == HTTP_UNREAD &&
	       (s->expects || (f->framing == HTTP_BODY_LENGTH && f->length > s->service->drain_most));
}

static bool
is_last(const struct http_server *s, const struct http_answer *a)
{
	const struct http_content *c = &a->content;
	bool until_close = has_content(s, a->status) && c->length == HTTP_LENGTH_UNKNOWN && !is_chunked(s, c);

	return s->last || s->finish || a->last || until_close || cannot_drain(s);
}

static void
send_content(struct http_server *s, const struct http_answer *a)
{
	if (has_content(s, a->status))
		http_outgoing_content(&s->conn.out, &a->content, is_chunked(s, &a->content));
	s->answering = HTTP_ANSWERING;
	s->producer_waits = false;
	http_conn_kick(&s->conn);
}

/* A client reads such a response as the last octets of HTTP (RFC 9112, 6.3). */
static bool
may_switch(const struct http_request *r, unsigned status)
{
	if (status == 101)
		return r->framed.upgrade.len > 0;
	return r->method == HTTP_CONNECT && status >= 200 && status < 300;
}

int
http_answer(struct http_exchange *x, const struct http_answer *a)
{
	struct http_server *s = http_server_of(x);
	struct http_writer w;
	bool last;

	assert(s->phase == HTTP_EXCHANGE);
	if (s->answering != HTTP_NO_ANSWER)
		return -LEAT_EALREADY;
	if (a->status < 200 || a->status > 599 || may_switch(x->request, a->status))
		return -LEAT_EINVAL;
	last = is_last(s, a);
	w = http_outgoing_head(&s->conn.out);
	http_write_status(&w, a->status);
	write_common(&w, s->service);
	http_write_built(&w, a->built);
	http_write_theirs(&w, a->field, a->fields);
	write_framing(&w, s, a->status, &a->content);
	write_connection(&w, last, x->request->minor == 0, http_field_find(a->field, a->fields, "upgrade"));
	http_write_end(&w);
	if (w.err)
		return w.err;
	http_outgoing_commit(&s->conn.out, &w);
	s->last = last;
	send_content(s, a);
	return 0;
}

int
http_interim(struct http_exchange *x, unsigned status, const struct http_field *field, uint32_t fields)
{
	struct http_server *s = http_server_of(x);
	struct http_writer w;

	assert(s->phase == HTTP_EXCHANGE);
	if (s->answering != HTTP_NO_ANSWER)
		return -LEAT_EALREADY;
	if (status < 102 || status > 199)
		return -LEAT_EINVAL;
	if (x->request->minor == 0)
		return 0;
	w = http_outgoing_head(&s->conn.out);
	http_write_status(&w, status);
	http_write_theirs(&w, field, fields);
	http_write_end(&w);
	if (w.err == -LEAT_ENOBUFS || (!w.err && !http_outgoing_ready(&s->conn.out, w.len)))
		return -LEAT_EAGAIN;
	if (w.err)
		return w.err;
	http_outgoing_commit(&s->conn.out, &w);
	http_conn_kick(&s->conn);
	return 0;
}

int
http_switch(struct http_exchange *x, unsigned status, const struct http_field *field, uint32_t fields)
{
	struct http_server *s = http_server_of(x);
	struct http_writer w;

	assert(s->phase == HTTP_EXCHANGE);
	if (s->answering != HTTP_NO_ANSWER)
		return -LEAT_EALREADY;
	if (!may_switch(x->request, status))
		return -LEAT_EINVAL;
	if (x->request->framed.framing != HTTP_NO_BODY && s->intake != HTTP_TAKEN)
		return -LEAT_EBUSY;
	w = http_outgoing_head(&s->conn.out);
	http_write_status(&w, status);
	write_common(&w, s->service);
	http_write_theirs(&w, field, fields);
	write_connection(&w, false, false, status == 101);
	http_write_end(&w);
	if (w.err)
		return w.err;
	http_outgoing_commit(&s->conn.out, &w);
	s->switches = true;
	s->answering = HTTP_ANSWERING;
	http_conn_kick(&s->conn);
	return 0;
}

/* RFC 9110, 10.1.1: no 100 if content has arrived already, or after a final response. */
static void
send_continue(struct http_server *s)
{
	struct http_conn *c = &s->conn;
	struct http_writer w;

	s->expects = false;
	if (s->answering != HTTP_NO_ANSWER || c->at < c->end)
		return;
	w = http_outgoing_head(&c->out);
	http_write_status(&w, 100);
	http_write_end(&w);
	if (!w.err) /* there always is room: see http_outgoing_ready() */
		http_outgoing_commit(&c->out, &w);
}

void
http_read_body(struct http_exchange *x)
{
	struct http_server *s = http_server_of(x);

	assert(s->phase == HTTP_EXCHANGE);
	if (s->intake != HTTP_UNREAD)
		return;
	if (s->expects)
		send_continue(s);
	s->intake = HTTP_TAKING;
	http_conn_kick(&s->conn);
}

void
http_resume(struct http_exchange *x)
{
	struct http_server *s = http_server_of(x);

	assert(s->phase == HTTP_EXCHANGE);
	s->resumed = true;
	if (s->intake == HTTP_PAUSED)
		s->intake = HTTP_TAKING;
	s->producer_waits = false;
	http_conn_kick(&s->conn);
}

void
http_abort(struct http_exchange *x)
{
	struct http_server *s = http_server_of(x);

	http_server_done(s, -LEAT_ECONNABORTED);
	s->conn.state = HTTP_RESET;
	http_conn_kick(&s->conn);
}

/* The rule that was broken, and where it stands: for people. Nothing of the request is repeated. */
static void
write_rule(struct http_writer *w, enum http_reason why)
{
	http_write_built(w, http_span_of(http_reason_words(why)));
	http_write_built(w, http_span_of(" ("));
	http_write_built(w, http_span_of(http_reason_source(why)));
	http_write_built(w, http_span_of(")\n"));
}

static size_t
rule_len(enum http_reason why)
{
	return strlen(http_reason_words(why)) + strlen(http_reason_source(why)) + sizeof " ()\n" - 1;
}

static void
write_refusal(struct http_writer *w, const struct http_server *s, enum http_reason why)
{
	http_write_status(w, http_reason_status(why));
	write_common(w, s->service);
	http_write_text_field(w, "Content-Type", "text/plain");
	http_write_number_field(w, "Content-Length", rule_len(why));
	write_connection(w, true, false, false);
	http_write_end(w);
	if (s->conn.parser.request.method != HTTP_HEAD)
		write_rule(w, why);
}

/* Before an exchange nothing of the head is parsed off; within one, the head is what is kept. */
static struct http_span
start_line(const struct http_server *s)
{
	const struct http_conn *c = &s->conn;
	const char *at = c->keep > 0 ? c->parser.request.method_text.at : c->in + c->at;
	size_t len = (size_t)(c->in + (c->keep > 0 ? c->keep : c->end) - at);

	return http_span_line(
	    (struct http_span){at, len < c->parser.limits.line ? len : c->parser.limits.line});
}

void
http_server_refuse(struct http_server *s, enum http_reason why)
{
	struct http_writer w = http_outgoing_head(&s->conn.out);
	struct http_refused r = {
	    .why = why,
	    .line = start_line(s),
	};

	if (s->conn.parser.request.method != HTTP_HEAD)
		r.octets = rule_len(why);
	if (s->service->refused)
		s->service->refused(s, &r);
	write_refusal(&w, s, why);
	if (!w.err)
		http_outgoing_commit(&s->conn.out, &w);
	http_conn_close(&s->conn, true);
}
