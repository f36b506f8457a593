/*
 * get/cached.c - joins jobs to the cache on disk (RFC 9111).
 */
#include "get/cached.h"

#include "get/job.h"
#include "get/report/trace.h"
#include "http/cache/control.h"
#include "http/message/status.h"
#include "http/semantics/date.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIECE = 65536 };

static int64_t
now(const struct get_job *j)
{
	return j->process->run->set.wall() / SEC;
}

/* Says with -v what the cache says. */
__attribute__((format(printf, 2, 3))) static void
say(const struct get_job *j, const char *format, ...)
{
	char text[512];
	va_list args;

	if (!j->process->run->verbose)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	trace_note(text);
}

static struct store_key
key_of(const struct get_job *j)
{
	const struct job_cache *c = &j->cache;

	return (struct store_key){http_span_of(c->uri), c->asked.field, c->asked.fields};
}

/* The URL in normal form, without user and fragment. */
static char *
normal_form(const struct get_url *url)
{
	size_t most = 3 * GET_URL_MOST;
	char *plain = malloc(2 * most), *text = NULL;
	struct http_writer w, n;
	struct http_uri u;

	if (!plain)
		return NULL;
	w = http_writer(plain, most);
	n = http_writer(plain + most, most);
	get_url_put_referer(&w, url);
	if (!w.err && http_uri_parse((struct http_span){plain, w.len}, &u))
		http_uri_normalise(&n, &u);
	if (n.len > 0 && !n.err)
		text = strndup(n.at, n.len);
	free(plain);
	return text;
}

/* Takes the fields that the request will have. */
static bool
look_ahead(struct get_job *j, const struct transfer_ops *ops)
{
	struct job_cache *c = &j->cache;
	struct http_response fields = {0};

	if (transfer_preview(j->process->get, &j->ask, ops, j, &c->url, &fields.field, &fields.fields))
		return false;
	report_keep(&c->asked, &fields);
	c->uri = normal_form(&c->url);
	return c->uri && (c->asked.field || fields.fields == 0);
}

static bool
is_conditional(const struct job_cache *c)
{
	for (uint32_t i = 0; i < c->asked.fields; i++) {
		if (transfer_is_condition(c->asked.field[i].name))
			return true;
	}
	return false;
}

/*
 * Only whole responses to a GET come from the cache, and to one without conditions of the user's.
 */
static bool
is_wanted(const struct get_job *j)
{
	const struct get_run *r = j->process->run;

	return j->process->store && j->ask.method == TRANSFER_GET && !r->set.method && !j->body &&
	       !r->range && j->start == 0;
}

static void
say_missing(const struct get_job *j, enum store_found found)
{
	static const char *const words[] = {[STORE_NONE] = "nothing is stored",
	    [STORE_OTHER] = "what is stored answers other requests",
	    [STORE_DAMAGED] = "what is stored is damaged",
	    [STORE_FAILED] = "what is stored cannot be read"};

	say(j, "Cache: %s: %s", j->cache.uri, words[found]);
}

/* A GET that only the cache may answer (RFC 9111, 5.2.1.7). */
static bool
is_cache_alone(const struct job_cache *c)
{
	struct http_cache_control asked;

	http_cache_control_read(c->asked.field, c->asked.fields, &asked);
	return asked.only_if_cached;
}

static void
on_later(struct timer *t)
{
	struct get_job *j = container_of(container_of(t, struct job_cache, later), struct get_job, cache);

	if (j->cache.serving)
		job_cache_serve(j);
	else
		job_end(j);
}

static void
later(struct get_job *j)
{
	timer_arm(j->process->world->wheel, &j->cache.later, io_now(j->process->world));
}

static struct http_response
head_of(const struct store_entry *e)
{
	return (struct http_response){.status = (uint16_t)e->cached.status,
	    .minor = 1,
	    .phrase = http_status_phrase(e->cached.status),
	    .field = e->cached.field,
	    .fields = (uint32_t)e->cached.n,
	    .framed = {.framing = HTTP_BODY_LENGTH, .length = e->length, .has_length = true}};
}

/* What the head of a stored response means for the transfer, which the server did not see. */
static void
note_head(struct get_job *j, const struct http_response *r)
{
	struct transfer *t = &j->transfer;
	const struct http_field *modified = http_field_find(r->field, r->fields, "last-modified");

	t->kind = TRANSFER_FINAL;
	t->info.status = r->status;
	t->info.minor = 1;
	t->info.expected = r->framed.length;
	t->info.has_expected = true;
	if (!modified || !http_date_read(modified->value, now(j), &t->info.modified))
		t->info.modified = -1;
	if (j->process->run->set.fail && r->status >= 400)
		get_fail(&t->result, GET_HTTP_ERROR, "The requested URL returned error: %u", r->status);
}

/* The stored response is the answer. */
static void
answer(struct get_job *j, const struct transfer_ops *ops)
{
	struct http_response r = head_of(j->cache.entry);
	struct transfer *t = &j->transfer;

	*t = (struct transfer){.ops = ops, .arg = j, .get = j->process->get};
	t->info = (struct transfer_info){.began = io_now(j->process->world), .retry_after = -1};
	note_head(j, &r);
	j->cache.serving = t->result.code == GET_OK && ops->head(t, TRANSFER_FINAL, &r) == GET_OK;
	later(j);
}

/* Fails: the server may not be asked, and the cache has no answer. */
static bool
no_answer(struct get_job *j)
{
	if (!is_cache_alone(&j->cache))
		return false;
	j->transfer.info.status = 504;
	get_fail(&j->transfer.result, GET_HTTP_ERROR,
	    "only the cache was to be asked, and it has no answer (504)");
	later(j);
	return true;
}

bool
job_cache_begin(struct get_job *j, const struct transfer_ops *ops)
{
	struct job_cache *c = &j->cache;
	struct store_key k;
	enum store_found found;
	int64_t age, lifetime;

	if (!is_wanted(j) || !look_ahead(j, ops) || is_conditional(c))
		return false;
	c->on = true;
	timer_init(&c->later, on_later);
	k = key_of(j);
	found = store_find(j->process->store, &k, &c->entry);
	if (found != STORE_FOUND) {
		say_missing(j, found);
		return no_answer(j);
	}
	age = http_cache_age(&c->entry->cached, now(j));
	lifetime = http_cache_lifetime(&c->entry->cached);
	switch (http_cache_use(&c->entry->cached, k.field, k.n, now(j))) {
	case HTTP_CACHE_USE:
		say(j, "Cache: %s is stored, %" PRId64 " s old of %" PRId64 "; the server is not asked",
		    c->uri, age, lifetime);
		answer(j, ops);
		return true;
	case HTTP_CACHE_REVALIDATE:
		say(j,
		    "Cache: %s is stored, %" PRId64 " s old of %" PRId64
		    "; the server is asked if it has changed",
		    c->uri, age, lifetime);
		return false;
	default:
		return no_answer(j);
	}
}

/* The request is for what the cache was asked for, and not for where a redirect led. */
static bool
is_first(const struct get_job *j)
{
	return j->cache.on && j->transfer.info.redirects == 0;
}

static void
add_condition(
    struct transfer_fields *f, const struct http_cached *r, const char *validator, const char *condition)
{
	const struct http_field *v = http_field_find(r->field, r->n, validator);

	if (v)
		transfer_field(f, condition, v->value);
}

void
job_cache_fields(struct get_job *j, struct transfer_fields *f)
{
	j->cache.requested = now(j);
	if (!j->cache.entry || !is_first(j))
		return;
	add_condition(f, &j->cache.entry->cached, "etag", "If-None-Match");
	add_condition(f, &j->cache.entry->cached, "last-modified", "If-Modified-Since");
}

/* A 304: what is stored gets the new fields, and is the answer. */
static bool
renew(struct get_job *j, const struct http_response *r)
{
	struct job_cache *c = &j->cache;
	struct store_key k = key_of(j);
	struct http_cached made = c->entry->cached;
	size_t most = made.n + r->fields + 1;
	int e;

	c->renewed = calloc(most, sizeof *c->renewed);
	made.n = c->renewed ? http_cache_update(&c->entry->cached, r->field, r->fields, c->renewed, most) : 0;
	if (made.n == 0)
		return false;
	made.field = c->renewed;
	made.requested = c->requested;
	made.received = now(j);
	e = store_renew(j->process->store, &k, c->entry, &made);
	say(j, "Cache: the server says that it has not changed%s", e < 0 ? "; it cannot be stored anew" : "");
	c->entry->cached = made;
	return true;
}

static void
begin_storing(struct get_job *j, const struct http_response *r)
{
	struct job_cache *c = &j->cache;
	struct store_key k = key_of(j);
	struct http_cached made = {.status = r->status,
	    .field = r->field,
	    .n = r->fields,
	    .requested = c->requested,
	    .received = now(j)};
	int e;

	if (!http_cache_may_store(HTTP_GET, k.field, k.n, &made)) {
		say(j, "Cache: the response may not be stored, or can be of no use later");
		return;
	}
	e = store_begin(j->process->store, &k, &made, &c->writer);
	if (e < 0)
		say(j, "Cache: cannot store the response: %s", strerror(-e));
}

const struct http_response *
job_cache_head(struct get_job *j, const struct http_response *r, struct http_response *stored)
{
	struct job_cache *c = &j->cache;

	if (!is_first(j) || c->serving)
		return r;
	if (r->status != 304 || !c->entry) {
		begin_storing(j, r);
		return r;
	}
	if (!renew(j, r))
		return r;
	*stored = head_of(c->entry);
	note_head(j, stored);
	c->serving = true;
	return stored;
}

void
job_cache_add(struct get_job *j, const char *at, size_t n)
{
	struct job_cache *c = &j->cache;
	int e = c->writer ? store_add(c->writer, at, n) : 0;

	if (e == 0)
		return;
	say(j, "Cache: the response is not stored: %s", strerror(-e));
	store_drop(c->writer);
	c->writer = NULL;
}

bool
job_cache_done(struct get_job *j)
{
	struct job_cache *c = &j->cache;
	int e;

	if (c->writer && j->transfer.result.code == GET_OK) {
		e = store_commit(c->writer);
		say(j, "Cache: %s%s", e < 0 ? "cannot store the response: " : "the response is stored",
		    e < 0 ? strerror(-e) : "");
		c->writer = NULL;
	}
	store_drop(c->writer);
	c->writer = NULL;
	if (!c->serving || j->transfer.result.code)
		return false;
	later(j);
	return true;
}

void
job_cache_serve(struct get_job *j)
{
	struct job_cache *c = &j->cache;
	struct transfer *t = &j->transfer;
	char piece[PIECE];

	while (c->served < c->entry->length) {
		ssize_t n = pread(c->entry->fd, piece, sizeof piece, (off_t)c->served), done;
		uint64_t left = c->entry->length - c->served;

		if (n <= 0) {
			get_fail(&t->result, GET_READ, "cannot read the cache: %s",
			    n < 0 ? strerror(errno) : "it has ended");
			break;
		}
		n = (uint64_t)n > left ? (ssize_t)left : n;
		done = t->ops->body(t, piece, (size_t)n);
		if (done < 0)
			break;
		c->served += (uint64_t)done;
		t->info.received = c->served;
		if (done < n)
			return;
	}
	c->serving = false;
	t->info.ended = io_now(j->process->world) - t->info.began;
	job_end(j);
}

void
job_cache_free(struct get_job *j)
{
	struct job_cache *c = &j->cache;

	store_drop(c->writer);
	store_entry_free(c->entry);
	report_forget(&c->asked);
	get_url_free(&c->url);
	free(c->renewed);
	free(c->uri);
	*c = (struct job_cache){0};
}
