/*
 * get/transfer/response.c - what a response means for its transfer: a redirect, an error, a part
 * of a file, or content to hand on.
 */
#include "get/transfer/impl.h"

#include "http/semantics/date.h"
#include "http/semantics/disposition.h"
#include "http/semantics/range.h"

#include <stdio.h>

/*
 * Content that is thrown away, so that the connection can be used again. Beyond this the connection
 * is closed instead.
 */
enum { DRAIN_MOST = 1 << 20 };

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

/* True if nothing is missing: the whole has as many octets as are there already. */
static bool
is_there(const struct transfer *t, const struct http_response *r)
{
	return r->status == 416 ||
	       (r->status == 200 && r->framed.has_length && r->framed.length == t->ask.resume_from);
}

/* A server that does not know conditions sends what is not wanted. */
static bool
is_unwanted(const struct transfer *t, const struct http_response *r)
{
	const struct get_condition *c = &t->get->set->condition;
	int64_t modified = t->info.modified;

	if (r->status != 200 || t->ask.range || t->ask.own || modified < 0)
		return false;
	return (c->newer && modified <= c->when) || (c->older && modified >= c->when);
}

/* What the response is for the transfer, when it is no redirect. */
static enum get_code
judge(struct transfer *t, const struct http_response *r)
{
	const struct get_settings *set = t->get->set;

	t->kind = TRANSFER_FINAL;
	if (set->fail && r->status >= 400) {
		t->kind = TRANSFER_ERROR;
	} else if (is_ranged(t) && is_there(t, r)) {
		t->kind = TRANSFER_WHOLE;
	} else if (is_unwanted(t, r)) {
		t->kind = TRANSFER_WHOLE;
		t->info.status = 304; /* as if the server had said so */
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

	if (code == GET_OK && t->location && redirect_wanted(t))
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
