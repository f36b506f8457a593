/*
 * http/conn/server.c - the states of a server's connection: between requests, within an exchange,
 * and throwing away what no one reads.
 */
#include "http/conn/server.h"

#include "base/err.h"

/* True if octets of the request may still arrive, so that closing at once could lose the answer. */
static bool
more_may_come(const struct http_server *s)
{
	const struct http_conn *c = &s->conn;

	return http_parser_waits(&c->parser) != HTTP_WAITS_NOTHING || c->at < c->end;
}

static void
between(struct http_server *s)
{
	s->phase = HTTP_BETWEEN;
	http_conn_begin(&s->conn);
	http_parser_begin(&s->conn.parser);
}

/* The answer is complete, and the handler is done. */
static void
after_answer(struct http_server *s)
{
	if (s->switches) {
		s->conn.state = HTTP_HANDED_OVER;
		return;
	}
	if (s->last || s->finish) {
		http_conn_close(&s->conn, more_may_come(s));
		return;
	}
	s->phase = HTTP_DRAINING;
	s->drained = 0;
	s->conn.body.len = 0;
}

void
http_server_done(struct http_server *s, int result)
{
	if (s->phase != HTTP_EXCHANGE)
		return;
	s->phase = HTTP_BETWEEN;
	s->service->handler->done(&s->x, result);
}

static void
begin_exchange(struct http_server *s)
{
	const struct http_framed *f = &s->conn.parser.request.framed;

	s->conn.keep = s->conn.at;
	s->x = (struct http_exchange){.request = &s->conn.parser.request, .arg = s->service->arg};
	s->phase = HTTP_EXCHANGE;
	s->intake = HTTP_UNREAD;
	s->answering = HTTP_NO_ANSWER;
	s->expects = f->expect_continue;
	s->requests++;
	s->last = !f->persistent || (s->service->requests_most && s->requests >= s->service->requests_most);
	s->switches = s->producer_waits = false;
	s->service->handler->request(&s->x);
}

static bool
on_refused_head(struct http_server *s)
{
	enum http_reason why = s->conn.parser.reason;

	if (why == HTTP_HTTP2_PREFACE && s->service->prior_knowledge)
		s->conn.state = HTTP_HANDED_OVER;
	else
		http_server_refuse(s, why);
	return false;
}

/*
 * Looks for the next head. It waits until the output has room for the whole head of a response: so
 * what a client pipelines is bounded by what it reads.
 */
static bool
step_between(struct http_server *s)
{
	struct http_conn *c = &s->conn;

	if (!http_outgoing_ready(&c->out, 0))
		return false;
	switch (http_conn_next(c)) {
	case HTTP_EVENT_HEAD:
		begin_exchange(s);
		return true;
	case HTTP_EVENT_BAD:
		return on_refused_head(s);
	default:
		c->reading = true;
		if (c->eof || (s->finish && http_parser_waits(&c->parser) == HTTP_WAITS_MESSAGE))
			http_conn_close(c, false);
		return false;
	}
}

/* False once a callback has given the exchange up. */
static bool
goes_on(const struct http_server *s)
{
	return s->phase == HTTP_EXCHANGE && s->conn.state == HTTP_OPEN;
}

/* Offers content to the handler; returns true if it took all and wants more. */
static bool
offer(struct http_server *s)
{
	struct http_span *body = &s->conn.body;
	size_t n;

	while (body->len > 0) {
		s->resumed = false;
		n = s->service->handler->body(&s->x, body->at, body->len);
		body->at += n;
		body->len -= n;
		if (!goes_on(s))
			return false;
		if (body->len > 0 && (n == 0 || !s->resumed)) {
			s->intake = HTTP_PAUSED;
			return false;
		}
	}
	return true;
}

/* The rest of a request is refused while the handler has it. */
static void
break_off(struct http_server *s, enum http_reason why)
{
	bool answered = s->answering != HTTP_NO_ANSWER;

	http_server_done(s, -LEAT_EPROTO);
	if (answered)
		s->conn.state = HTTP_RESET;
	else
		http_server_refuse(s, why);
}

static void
end_of_body(struct http_server *s)
{
	s->intake = HTTP_TAKEN;
	s->service->handler->body_end(&s->x);
}

static bool
step_intake(struct http_server *s)
{
	struct http_conn *c = &s->conn;

	if (!offer(s))
		return false;
	switch (http_conn_next(c)) {
	case HTTP_EVENT_BODY:
		c->body = c->parser.body;
		return true;
	case HTTP_EVENT_TRAILERS:
		s->x.trailer = c->parser.trailer;
		s->x.trailers = c->parser.trailers;
		return true;
	case HTTP_EVENT_END:
		end_of_body(s);
		return true;
	case HTTP_EVENT_BAD:
		break_off(s, c->parser.reason);
		return true;
	default:
		c->reading = true;
		return false;
	}
}

static ssize_t
produce(void *arg, char *at, size_t room)
{
	struct http_server *s = arg;

	return goes_on(s) ? s->service->handler->produce(&s->x, at, room) : -LEAT_ECONNABORTED;
}

/* The answer was taken back, and another one follows. */
static bool
answers_anew(struct http_server *s)
{
	bool (*taken_back)(struct http_exchange * x, int error) = s->service->handler->taken_back;
	int error = s->conn.out.error;

	if (!taken_back || !goes_on(s) || !http_outgoing_take_back(&s->conn.out))
		return false;
	s->answering = HTTP_NO_ANSWER;
	if (taken_back(&s->x, error))
		return true;
	s->conn.out.error = error;
	return false;
}

static bool
step_answer(struct http_server *s)
{
	switch (http_outgoing_fill(&s->conn.out, produce, s)) {
	case HTTP_SEND_DONE:
		s->answering = HTTP_ANSWERED;
		http_server_done(s, 0);
		after_answer(s);
		return true;
	case HTTP_SEND_BROKEN:
		if (answers_anew(s))
			return true;
		http_server_done(s, s->conn.out.error);
		s->conn.state = HTTP_RESET;
		return true;
	case HTTP_SEND_WAITS:
		s->producer_waits = true;
		return false;
	default:
		return false;
	}
}

/*
 * The response goes first: a handler that has answered without reading gets no content. Either side
 * may end the exchange.
 */
static bool
step_exchange(struct http_server *s)
{
	bool moved = false;

	if (s->answering == HTTP_ANSWERING && !s->producer_waits)
		moved = step_answer(s);
	if (goes_on(s) && s->intake == HTTP_TAKING)
		moved |= step_intake(s);
	return moved;
}

static bool
step_draining(struct http_server *s)
{
	struct http_conn *c = &s->conn;

	switch (http_conn_next(c)) {
	case HTTP_EVENT_BODY:
		s->drained += c->parser.body.len;
		if (s->drained > s->service->drain_most)
			http_conn_close(c, true);
		return true;
	case HTTP_EVENT_TRAILERS:
		return true;
	case HTTP_EVENT_BAD:
		http_conn_close(c, !c->eof);
		return true;
	case HTTP_EVENT_END:
		between(s);
		return true;
	default:
		if (http_parser_waits(&c->parser) == HTTP_WAITS_NOTHING)
			between(s); /* the handler has taken all */
		else
			c->reading = true;
		return !c->reading;
	}
}

static bool
step(struct http_server *s)
{
	s->conn.reading = false;
	switch (s->phase) {
	case HTTP_BETWEEN:
		return step_between(s);
	case HTTP_EXCHANGE:
		return step_exchange(s);
	default:
		return step_draining(s);
	}
}

static struct http_server *
server_of(struct http_conn *c)
{
	return (struct http_server *)(void *)((char *)c - offsetof(struct http_server, conn));
}

static void
run(struct http_conn *c)
{
	struct http_server *s = server_of(c);

	while (c->state == HTTP_OPEN && step(s))
		;
}

static void
give_up(struct http_conn *c, int err)
{
	http_server_done(server_of(c), err);
}

static enum http_conn_waits
waits_for_octets(const struct http_conn *c)
{
	static const enum http_conn_waits of[] = {[HTTP_WAITS_MESSAGE] = HTTP_CONN_IDLE,
	    [HTTP_WAITS_START_LINE] = HTTP_CONN_START_LINE,
	    [HTTP_WAITS_HEAD] = HTTP_CONN_HEAD,
	    [HTTP_WAITS_BODY] = HTTP_CONN_BODY,
	    [HTTP_WAITS_NOTHING] = HTTP_CONN_PROGRAM};

	return of[http_parser_waits(&c->parser)];
}

static enum http_conn_waits
waits(const struct http_conn *c)
{
	return c->reading ? waits_for_octets(c) : HTTP_CONN_PROGRAM;
}

/* RFC 9110, 15.5.9, for a request that has begun; an idle connection ends without an answer. */
static void
timeout(struct http_conn *c)
{
	struct http_server *s = server_of(c);
	bool answered = s->phase != HTTP_BETWEEN && s->answering != HTTP_NO_ANSWER;

	if (waits(c) == HTTP_CONN_IDLE) {
		http_conn_close(c, false);
	} else if (waits(c) == HTTP_CONN_PROGRAM || (answered && s->phase == HTTP_EXCHANGE)) {
		http_server_done(s, -LEAT_ETIMEDOUT);
		c->state = HTTP_RESET;
	} else if (answered) {
		http_conn_close(c, true);
	} else {
		http_server_done(s, -LEAT_ETIMEDOUT);
		http_server_refuse(s, HTTP_REQUEST_LATE);
	}
}

void
http_server_init(struct http_server *s, const struct http_service *service, const struct http_buffers *b)
{
	static const struct http_conn_role role = {run, give_up, timeout, waits};

	*s = (struct http_server){.service = service};
	http_conn_init(&s->conn, &role, b, &service->limits);
	http_parser_requests(&s->conn.parser, &service->limits, b->field, b->fields_most);
	s->conn.reading = true;
}

void
http_server_finish(struct http_server *s)
{
	s->finish = true;
	http_conn_kick(&s->conn);
}
