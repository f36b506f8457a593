/*
 * http/conn/client.c - sends a request and reads its response, both at once.
 */
#include "http/conn/client.h"

#include "http/conn/ours.h"
#include "http/message/start.h"

#include "base/err.h"

static struct http_client *
client_of(struct http_conn *c)
{
	return (struct http_client *)(void *)((char *)c - offsetof(struct http_client, conn));
}

/* What does not end in order leaves the connection useless. */
static void
end_call(struct http_client *k, int result)
{
	if (!k->busy)
		return;
	k->busy = false;
	if (result != 0)
		k->conn.state = HTTP_RESET;
	k->ops->done(k, result);
}

static bool
switches(const struct http_client *k)
{
	unsigned status = k->conn.parser.response.status;

	return status == 101 || (k->conn.parser.asked == HTTP_CONNECT && status >= 200 && status < 300);
}

/*
 * RFC 9112, 9.3: the connection serves another call if both messages ended, and neither side said
 * close. A request that is answered before it is out is not sent to its end (9.5); octets after
 * the response answer no one (9.2).
 */
static void
end_in_order(struct http_client *k)
{
	struct http_conn *c = &k->conn;

	if (switches(k))
		c->state = HTTP_HANDED_OVER;
	else if (!k->sent)
		c->state = HTTP_CLOSED;
	else if (k->last || !c->parser.response.framed.persistent || c->at < c->end)
		http_conn_close(c, false);
	else
		http_conn_begin(c);
	end_call(k, 0);
}

/* RFC 9110, 10.1.1: any final response ends the wait; content that was held back is not sent. */
static bool
on_head(struct http_client *k)
{
	struct http_conn *c = &k->conn;
	const struct http_response *r = &c->parser.response;

	if (r->status < 200 && r->status != 101) {
		k->holds &= r->status != 100;
		if (k->ops->interim)
			k->ops->interim(k, r);
		return true;
	}
	c->keep = c->at;
	k->headed = true;
	k->ops->response(k, r);
	return true;
}

static bool
on_end(struct http_client *k)
{
	if (!k->headed) {
		http_conn_begin(&k->conn);
		return true;
	}
	end_in_order(k);
	return false;
}

static bool
on_bad(struct http_client *k)
{
	k->reason = k->conn.parser.reason;
	end_call(k, -LEAT_EPROTO);
	return false;
}

static bool
goes_on(const struct http_client *k)
{
	return k->busy && k->conn.state == HTTP_OPEN;
}

static bool
offer(struct http_client *k)
{
	struct http_span *body = &k->conn.body;
	size_t n;

	while (body->len > 0) {
		k->resumed = false;
		n = k->ops->body(k, body->at, body->len);
		body->at += n;
		body->len -= n;
		k->paused = body->len > 0 && (n == 0 || !k->resumed);
		if (k->paused || !goes_on(k))
			return false;
	}
	return true;
}

/* Octets are missing, or the connection has ended before the first one. */
static bool
on_more(struct http_client *k)
{
	if (k->conn.eof && k->touched)
		k->reason = HTTP_EOF_IN_HEAD;
	if (k->conn.eof)
		end_call(k, k->touched ? -LEAT_EPROTO : -LEAT_ECONNRESET);
	k->conn.reading = true;
	return false;
}

static bool
step_response(struct http_client *k)
{
	struct http_conn *c = &k->conn;

	if (!offer(k))
		return false;
	k->touched |= c->at < c->end;
	switch (http_conn_next(c)) {
	case HTTP_EVENT_HEAD:
		return on_head(k);
	case HTTP_EVENT_BODY:
		c->body = c->parser.body;
		return true;
	case HTTP_EVENT_TRAILERS:
		k->trailer = c->parser.trailer;
		k->trailers = c->parser.trailers;
		return true;
	case HTTP_EVENT_END:
		return on_end(k);
	case HTTP_EVENT_BAD:
		return on_bad(k);
	default:
		return on_more(k);
	}
}

static ssize_t
produce(void *arg, char *at, size_t room)
{
	struct http_client *k = arg;

	return goes_on(k) ? k->ops->produce(k, at, room) : -LEAT_ECONNABORTED;
}

static bool
step_request(struct http_client *k)
{
	if (!k->begun)
		http_outgoing_content(&k->conn.out, &k->content, k->content.length == HTTP_LENGTH_UNKNOWN);
	k->begun = true;
	switch (http_outgoing_fill(&k->conn.out, produce, k)) {
	case HTTP_SEND_DONE:
		k->sent = true;
		return true;
	case HTTP_SEND_BROKEN:
		end_call(k, k->conn.out.error);
		return false;
	case HTTP_SEND_WAITS:
		k->waits = true;
		return false;
	default:
		return false;
	}
}

static bool
step_call(struct http_client *k)
{
	bool moved = false;

	if (!k->sent && !k->holds && !k->waits)
		moved = step_request(k);
	if (goes_on(k) && !k->paused)
		moved |= step_response(k);
	return moved && goes_on(k);
}

/* Between calls a server may only close (RFC 9112, 9.2 and 9.5). */
static void
idle(struct http_client *k)
{
	struct http_conn *c = &k->conn;

	if (c->eof || c->at < c->end)
		http_conn_close(c, false);
	c->reading = true;
}

static void
run(struct http_conn *c)
{
	struct http_client *k = client_of(c);

	do {
		c->reading = false;
	} while (k->busy && c->state == HTTP_OPEN && step_call(k));
	if (!k->busy && c->state == HTTP_OPEN)
		idle(k);
}

static void
give_up(struct http_conn *c, int err)
{
	end_call(client_of(c), err);
}

static void
timeout(struct http_conn *c)
{
	struct http_client *k = client_of(c);

	if (k->busy)
		end_call(k, -LEAT_ETIMEDOUT);
	else
		http_conn_close(c, false);
}

static enum http_conn_waits
waits(const struct http_conn *c)
{
	const struct http_client *k = (const struct http_client *)(const void *)c;

	if (!k->busy)
		return HTTP_CONN_IDLE;
	if (!c->reading || (!k->sent && k->waits))
		return HTTP_CONN_PROGRAM;
	return http_parser_waits(&c->parser) == HTTP_WAITS_BODY ? HTTP_CONN_BODY : HTTP_CONN_HEAD;
}

void
http_client_init(struct http_client *k, const struct http_client_ops *ops, void *arg,
    const struct http_limits *limits, const struct http_buffers *b)
{
	static const struct http_conn_role role = {run, give_up, timeout, waits};

	*k = (struct http_client){.ops = ops, .arg = arg};
	http_conn_init(&k->conn, &role, b, limits);
	http_parser_responses(&k->conn.parser, limits, b->field, b->fields_most);
	k->conn.reading = true;
}

bool
http_client_ready(const struct http_client *k)
{
	const struct http_conn *c = &k->conn;

	return !k->busy && c->state == HTTP_OPEN && !c->eof && c->at == c->end;
}

/*
 * RFC 9110, 8.6: a method that may have content is sent with its length even if there is none; the
 * others without.
 */
static void
write_framing(struct http_writer *w, const struct http_call *call, enum http_method method)
{
	const struct http_content *c = &call->content;
	bool due = method == HTTP_POST || method == HTTP_PUT || method == HTTP_PATCH;

	if (c->length == HTTP_LENGTH_UNKNOWN)
		http_write_text_field(w, "Transfer-Encoding", "chunked");
	else if (due || c->source != HTTP_FROM_NOTHING)
		http_write_number_field(w, "Content-Length", c->length);
	if (call->expect_continue && c->length > 0)
		http_write_text_field(w, "Expect", "100-continue");
}

/* RFC 9112, 3.2: Host comes first. */
static void
write_head(struct http_writer *w, const struct http_call *call, enum http_method method, bool upgrade)
{
	http_write_request(w, call->method, call->target);
	http_write_field(w, http_span_of("Host"), call->host);
	http_write_theirs(w, call->field, call->fields);
	write_framing(w, call, method);
	if (call->last)
		http_write_text_field(w, "Connection", upgrade ? "upgrade, close" : "close");
	else if (upgrade)
		http_write_text_field(w, "Connection", "upgrade");
	http_write_end(w);
}

static void
begin_call(struct http_client *k, const struct http_call *call, enum http_method method, bool upgrade)
{
	k->trailers = 0;
	k->reason = HTTP_FINE;
	k->busy = true;
	k->content = call->content;
	k->holds = call->expect_continue && call->content.length > 0;
	k->begun = k->sent = k->headed = k->paused = k->waits = k->touched = false;
	k->last = call->last;
	http_parser_begin_response(&k->conn.parser, method, upgrade);
}

int
http_client_send(struct http_client *k, const struct http_call *call)
{
	enum http_method method = http_method_of(call->method);
	bool upgrade = http_field_find(call->field, call->fields, "upgrade") != NULL;
	struct http_writer w;

	if (k->busy)
		return -LEAT_EBUSY;
	if (!http_client_ready(k))
		return -LEAT_ENOTCONN;
	w = http_outgoing_head(&k->conn.out);
	write_head(&w, call, method, upgrade);
	if (w.err)
		return w.err;
	http_outgoing_commit(&k->conn.out, &w);
	begin_call(k, call, method, upgrade);
	http_conn_kick(&k->conn);
	return 0;
}

void
http_client_go_on(struct http_client *k)
{
	k->holds = false;
	http_conn_kick(&k->conn);
}

void
http_client_resume(struct http_client *k)
{
	k->paused = k->waits = false;
	k->resumed = true;
	http_conn_kick(&k->conn);
}

void
http_client_close(struct http_client *k)
{
	end_call(k, -LEAT_ECONNABORTED);
	if (k->conn.state == HTTP_OPEN)
		http_conn_close(&k->conn, false);
	http_conn_kick(&k->conn);
}
