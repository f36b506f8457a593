/*
 * get/transfer/transfer.c - one URL from its start to its end: requests one after the other, and
 * what each response means for the transfer.
 */
#include "get/transfer/impl.h"

#include "base/err.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NOTE_TEXT = 1024 };

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

ssize_t
transfer_on_produce(struct transfer *t, char *at, size_t room)
{
	ssize_t n = t->ask.body->ops->produce(t->ask.body, at, room);

	if (n < 0 && n != -LEAT_EAGAIN)
		transfer_fail(t, GET_READ, "cannot read what is to be sent: %s", err_text((int)n));
	return n;
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
	} else if (failure_may_repeat(t, end)) {
		transfer_say(t, TRANSFER_NOTE, "Connection died, retrying a fresh connect");
		t->again = true;
		reach_begin(t);
	} else {
		failure_name(t, end);
	}
}
