/*
 * get/transfer.c - one URL from its start to its end: requests one after the other, and what each
 * response means for the transfer.
 */
#include "get/impl.h"

#include "base/err.h"
#include "http/message/start.h"
#include "http/semantics/date.h"
#include "http/semantics/disposition.h"
#include "http/semantics/method.h"
#include "http/semantics/range.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Content that is thrown away, so that the connection can be used again. Beyond this the connection
 * is closed instead.
 */
enum { DRAIN_MOST = 1 << 20, NOTE_TEXT = 1024 };

void
get_settings_usual(struct get_settings *s)
{
	*s = (struct get_settings){.user_agent = "leat/" LEAT_VERSION,
	    .redirects_most = 50,
	    .idle_most = 5,
	    .connect_time = 300 * SEC,
	    .continue_time = SEC};
}

struct get *
get_new(struct io_world *world, struct name_source *names, const struct get_settings *set)
{
	struct get *g = calloc(1, sizeof *g);

	if (!g)
		return NULL;
	g->scratch = malloc(sizeof *g->scratch);
	if (!g->scratch) {
		free(g);
		return NULL;
	}
	g->world = world;
	g->names = names;
	g->set = set;
	list_init(&g->idle);
	return g;
}

void
get_free(struct get *g)
{
	if (!g)
		return;
	while (!list_empty(&g->idle))
		get_conn_close(container_of(g->idle.next, struct get_conn, node));
	free(g->scratch);
	free(g);
}

void
transfer_say(struct transfer *t, enum transfer_note kind, const char *format, ...)
{
	char text[NOTE_TEXT];
	va_list args;

	if (!t->ops->note)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	t->ops->note(t, kind, text);
}

static void
stop_timers(struct transfer *t)
{
	struct wheel *w = t->get->world->wheel;

	timer_cancel(w, &t->total);
	timer_cancel(w, &t->patience);
	timer_cancel(w, &t->later);
	pace_end(t);
}

void
transfer_cancel(struct transfer *t)
{
	if (!t->busy)
		return;
	t->busy = false;
	stop_timers(t);
	reach_cancel(t);
	if (t->conn)
		get_conn_close(t->conn);
	t->conn = NULL;
	t->info.ended = io_now(t->get->world) - t->info.began;
}

void
transfer_fini(struct transfer *t)
{
	get_url_free(&t->url);
	get_url_free(&t->first);
	free(t->location);
	free(t->from);
	free(t->info.redirect_url);
	t->location = t->from = t->info.redirect_url = NULL;
}

void
transfer_end_later(struct transfer *t)
{
	t->ending = true;
	timer_arm(t->get->world->wheel, &t->later, io_now(t->get->world));
}

void
transfer_fail(struct transfer *t, enum get_code code, const char *format, ...)
{
	char text[GET_WORDS];
	va_list args;

	if (t->ending)
		return;
	if (format) {
		va_start(args, format);
		vsnprintf(text, sizeof text, format, args);
		va_end(args);
	}
	get_fail(&t->result, code, format ? "%s" : NULL, text);
	transfer_end_later(t);
}

static void
finish(struct transfer *t)
{
	transfer_cancel(t);
	t->ops->done(t);
}

/* What the Location of a redirect that is not followed means, for -w. */
static void
keep_redirect(struct transfer *t)
{
	struct get_url to = {0};
	struct get_result unused;

	free(t->info.redirect_url);
	t->info.redirect_url = NULL;
	if (!t->location || get_url_follow(&to, &t->url, http_span_of(t->location), &unused))
		return;
	t->info.redirect_url = to.text;
}

/* The response is complete. */
static void
whole(struct transfer *t)
{
	switch (t->kind) {
	case TRANSFER_REDIRECT:
		if (redirect_follow(t)) {
			transfer_end_later(t);
			return;
		}
		t->info.redirected = io_now(t->get->world) - t->info.began;
		if (t->url.tls)
			transfer_fail(t, GET_PROTOCOL,
			    "protocol \"https\" is not supported: this build of leat has no TLS yet");
		else
			reach_begin(t);
		return;
	case TRANSFER_ERROR:
		get_fail(&t->result, GET_HTTP_ERROR, "The requested URL returned error: %u", t->info.status);
		break;
	default:
		keep_redirect(t);
	}
	finish(t);
}

/* Does what is due in a turn of its own, when nothing of the connection is in use. */
static void
on_later(struct timer *timer)
{
	struct transfer *t = container_of(timer, struct transfer, later);

	if (t->ending) {
		finish(t);
	} else if (t->cut) {
		t->cut = false;
		get_conn_close(t->conn);
		t->conn = NULL;
		whole(t);
	}
}

static void
on_total(struct timer *timer)
{
	struct transfer *t = container_of(timer, struct transfer, total);
	long long ms = (io_now(t->get->world) - t->info.began) / MSEC;

	if (t->connecting)
		transfer_fail(t, GET_TIMEOUT, "Connection timed out after %lld milliseconds", ms);
	else if (t->info.has_expected)
		transfer_fail(t, GET_TIMEOUT,
		    "Operation timed out after %lld milliseconds with %" PRIu64 " out of %" PRIu64
		    " bytes received",
		    ms, t->info.received, t->info.expected);
	else
		transfer_fail(t, GET_TIMEOUT,
		    "Operation timed out after %lld milliseconds with %" PRIu64 " bytes received", ms,
		    t->info.received);
}

static void
on_patience(struct timer *timer)
{
	struct transfer *t = container_of(timer, struct transfer, patience);

	if (!t->conn)
		return;
	transfer_say(t, TRANSFER_NOTE, "Done waiting for 100-continue");
	get_conn_go_on(t->conn);
}

/* The content of the request has more octets. */
static void
on_ready(void *arg)
{
	struct transfer *t = arg;

	if (t->conn)
		get_conn_resume(t->conn);
}

void
transfer_begin(struct transfer *t, struct get *g, const struct transfer_request *ask,
    const struct transfer_ops *ops, void *arg)
{
	nsec_t now = io_now(g->world), most = g->set->total_time;

	transfer_fini(t);
	*t = (struct transfer){.ops = ops, .arg = arg, .get = g, .ask = *ask, .busy = true};
	t->info = (struct transfer_info){.began = now, .retry_after = -1, .modified = -1};
	timer_init(&t->total, on_total);
	timer_init(&t->patience, on_patience);
	timer_init(&t->later, on_later);
	timer_init(&t->connect, NULL);
	dial_init(&t->dial, g->world);
	pace_begin(t);
	if (ask->body) {
		ask->body->ready = on_ready;
		ask->body->ready_arg = t;
	}
	if (most > 0)
		timer_arm(g->world->wheel, &t->total, nsec_add(now, most));
	if (get_url_read(&t->url, ask->url, &t->result) == GET_OK && !t->url.tls) {
		reach_begin(t);
		return;
	}
	if (t->url.tls)
		get_fail(&t->result, GET_PROTOCOL,
		    "protocol \"https\" is not supported: this build of leat has no TLS yet");
	transfer_end_later(t);
}

void
transfer_resume(struct transfer *t)
{
	if (t->conn)
		get_conn_resume(t->conn);
}

void
transfer_reached(struct transfer *t, bool reused)
{
	t->reused = reused;
	t->info.requests++;
	t->info.received = t->info.sent = t->drained = 0;
	t->info.has_expected = false;
	t->info.first = 0;
	if (request_send(t)) {
		transfer_end_later(t);
		return;
	}
	t->info.requested = io_now(t->get->world) - t->info.began;
}

void
transfer_on_sent(struct transfer *t, struct http_span head)
{
	t->info.head_sent += head.len;
	if (t->ops->sent)
		t->ops->sent(t, head);
	if (t->conn->http.holds && t->get->set->continue_time > 0)
		timer_arm(t->get->world->wheel, &t->patience,
		    nsec_add(io_now(t->get->world), t->get->set->continue_time));
}

static uint64_t
head_octets(const struct http_response *r)
{
	uint64_t n = sizeof "HTTP/1.1 200 \r\n\r\n" - 1 + r->phrase.len;

	for (uint32_t i = 0; i < r->fields; i++)
		n += r->field[i].name.len + r->field[i].value.len + sizeof ": \r\n" - 1;
	return n;
}

/* Keeps the fields that are of use after the response. */
static void
note_fields(struct transfer *t, const struct http_response *r)
{
	const struct http_field *type = http_field_find(r->field, r->fields, "content-type");
	const struct http_field *disposition = http_field_find(r->field, r->fields, "content-disposition");
	const struct http_field *modified = http_field_find(r->field, r->fields, "last-modified");
	const struct http_field *later = http_field_find(r->field, r->fields, "retry-after");
	int64_t now = t->get->set->wall ? t->get->set->wall() / SEC : 0;
	struct http_writer w = http_writer(t->info.disposition, sizeof t->info.disposition - 1);
	struct transfer_info *i = &t->info;

	snprintf(
	    i->type, sizeof i->type, "%.*s", type ? (int)type->value.len : 0, type ? type->value.at : "");
	if (!disposition || !http_disposition_name(&w, disposition->value) || w.err)
		w.len = 0;
	i->disposition[w.len] = '\0';
	if (!modified || !http_date_read(modified->value, now, &i->modified))
		i->modified = -1;
	if (!later || !http_retry_after_read(later->value, now, &i->retry_after))
		i->retry_after = -1;
}

static void
note_response(struct transfer *t, const struct http_response *r)
{
	t->info.status = r->status;
	t->info.minor = r->minor;
	t->info.head_received += head_octets(r);
	t->info.has_expected = r->framed.framing == HTTP_BODY_LENGTH;
	t->info.expected = r->framed.length;
	if (r->status >= 200)
		note_fields(t, r);
}

static bool
is_ranged(const struct transfer *t)
{
	return t->ask.resume_from > 0 && t->ask.method == TRANSFER_GET;
}

/* RFC 9110, 15.3.7: a 206 must begin where it was asked to. */
static enum get_code
check_range(struct transfer *t, const struct http_response *r)
{
	const struct http_field *f = http_field_find(r->field, r->fields, "content-range");
	struct http_content_range got;

	if (r->status == 206 && f && http_content_range_read(f->value, &got) && got.has_range &&
	    got.range.first == t->ask.resume_from)
		return GET_OK;
	return get_fail(&t->result, GET_RANGE,
	    "the server does not send the rest of the file alone, so the download cannot be resumed");
}

/* What the response is for the transfer, when it is no redirect. */
static enum get_code
judge(struct transfer *t, const struct http_response *r)
{
	const struct get_settings *set = t->get->set;

	t->kind = TRANSFER_FINAL;
	if (set->fail && r->status >= 400) {
		t->kind = TRANSFER_ERROR;
	} else if (is_ranged(t) && r->status == 416) {
		t->kind = TRANSFER_WHOLE;
	} else if (is_ranged(t) && r->status < 300) {
		return check_range(t, r);
	}
	if (set->size_most > 0 && t->info.has_expected && t->info.expected > set->size_most)
		return get_fail(&t->result, GET_TOO_LARGE, "Maximum file size exceeded");
	return GET_OK;
}

static enum get_code
look_at_head(struct transfer *t, const struct http_response *r)
{
	enum get_code code = redirect_look(t, r);

	if (code == GET_OK && t->location && t->get->set->follow)
		t->kind = TRANSFER_REDIRECT;
	else if (code == GET_OK)
		code = judge(t, r);
	return code;
}

void
transfer_on_head(struct transfer *t, const struct http_response *r)
{
	bool interim = r->status < 200 && r->status != 101;
	enum get_code code = GET_OK, owners = GET_OK;

	timer_cancel(t->get->world->wheel, &t->patience);
	note_response(t, r);
	t->kind = TRANSFER_INTERIM;
	if (!interim)
		code = look_at_head(t, r);
	if (t->ops->head)
		owners = t->ops->head(t, t->kind, r);
	if (code || owners)
		transfer_end_later(t);
}

/* Too much content of no use: it is cheaper to close the connection. */
static void
cut_later(struct transfer *t)
{
	t->cut = true;
	timer_arm(t->get->world->wheel, &t->later, io_now(t->get->world));
}

size_t
transfer_on_body(struct transfer *t, const char *at, size_t n)
{
	ssize_t taken;

	if (t->ending)
		return n;
	if (t->kind != TRANSFER_FINAL) {
		t->drained += n;
		if (t->drained > DRAIN_MOST)
			cut_later(t);
		return n;
	}
	n = pace_allow(t, n);
	if (n == 0)
		return 0;
	if (t->get->set->size_most > 0 && t->info.received + n > t->get->set->size_most) {
		transfer_fail(t, GET_TOO_LARGE, "Maximum file size exceeded");
		return n;
	}
	taken = t->ops->body ? t->ops->body(t, at, n) : (ssize_t)n;
	if (taken < 0) {
		transfer_end_later(t);
		return n;
	}
	t->info.received += (uint64_t)taken;
	return (size_t)taken;
}

ssize_t
transfer_on_produce(struct transfer *t, char *at, size_t room)
{
	ssize_t n = t->ask.body->ops->produce(t->ask.body, at, room);

	if (n < 0 && n != -LEAT_EAGAIN)
		transfer_fail(t, GET_READ, "cannot read what is to be sent: %s", err_text((int)n));
	return n;
}

static const char *
reason_words(enum http_reason why)
{
	return why ? http_reason_words(why) : "it is not HTTP";
}

static void
refused(struct transfer *t, enum http_reason why)
{
	switch (why) {
	case HTTP_EOF_IN_HEAD:
		transfer_fail(t, GET_RECEIVE, "the connection ended within the head of the response");
		break;
	case HTTP_EOF_IN_BODY:
		if (t->info.has_expected)
			transfer_fail(t, GET_PARTIAL,
			    "transfer closed with %" PRIu64 " bytes remaining to read",
			    t->info.expected - t->info.received);
		else
			transfer_fail(t, GET_PARTIAL, "transfer closed with outstanding read data remaining");
		break;
	case HTTP_HEAD_LARGE:
	case HTTP_FIELDS_MANY:
	case HTTP_LINE_LONG:
	case HTTP_CHUNK_SIZE:
	case HTTP_CHUNK_OVERFLOW:
	case HTTP_CHUNK_END:
		transfer_fail(t, GET_RECEIVE, "the response is refused: %s (%s)", reason_words(why),
		    http_reason_source(why));
		break;
	default:
		transfer_fail(t, GET_WEIRD_REPLY, "the response is refused: %s (%s)", reason_words(why),
		    http_reason_source(why));
	}
}

static void
broken(struct transfer *t, const struct call_end *end)
{
	if (end->result == -LEAT_EPROTO)
		refused(t, end->reason);
	else if (end->result == -LEAT_ENOMEM)
		transfer_fail(t, GET_MEMORY, NULL);
	else if (end->eof && !end->touched)
		transfer_fail(t, GET_EMPTY_REPLY, "Empty reply from server");
	else if (!end->sent)
		transfer_fail(t, GET_SEND, "Send failure: %s", err_text(end->result));
	else
		transfer_fail(t, GET_RECEIVE, "Recv failure: %s", err_text(end->result));
}

/*
 * A connection that was kept may have been closed while the request was under way. The request goes
 * out again if it does no harm twice (RFC 9110, 9.2.2).
 */
static bool
can_repeat(const struct transfer *t, const struct call_end *end)
{
	static const bool safe[] = {true, true, false, true};
	const char *method = t->get->set->method;

	if (!t->reused || end->touched || end->result == -LEAT_EPROTO)
		return false;
	return method ? http_method_is_idempotent(http_method_of(http_span_of(method))) : safe[t->ask.method];
}

void
transfer_on_end(struct transfer *t, const struct call_end *end)
{
	t->conn = NULL;
	timer_cancel(t->get->world->wheel, &t->patience);
	if (t->ending)
		return;
	if (end->result == 0) {
		whole(t);
	} else if (can_repeat(t, end)) {
		transfer_say(t, TRANSFER_NOTE, "Connection died, retrying a fresh connect");
		t->again = true;
		reach_begin(t);
	} else {
		broken(t, end);
	}
}
