/*
 * get/jar.c - which cookies go with a request, and which a response sets.
 */
#include "get/jar.h"

#include "get/job.h"
#include "get/keep/cookies.h"
#include "get/report/trace.h"

#include <errno.h>

enum { COOKIE_FIELD = 65536 };

static int64_t
now(const struct jar *j)
{
	return j->wall() / SEC;
}

static void
read_file(struct jar *j, const char *path, bool silent)
{
	struct cookies_read r = {0};
	int e = cookies_read(&j->cookies, path, j->set->junk_session, now(j), &r);

	if (silent)
		return;
	if (e < 0 && e != -ENOENT)
		fprintf(stderr, "Warning: no cookies from %s: %s\n", path, strerror(-e));
	if (r.bad > 0)
		fprintf(stderr, "Warning: %s: lines that are no cookies: %zu, the first is line %u\n", path,
		    r.bad, r.first_bad);
}

void
jar_open(struct jar *j, const struct jar_settings *set, nsec_t (*wall)(void), bool silent)
{
	*j = (struct jar){.set = set, .wall = wall, .on = set->files > 0 || set->out};
	http_jar_init(&j->cookies, COOKIES_MOST);
	for (unsigned i = 0; i < set->files; i++) {
		if (*set->file[i])
			read_file(j, set->file[i], silent);
	}
}

static struct http_cookie_peer
peer_of(const struct transfer *t)
{
	return (struct http_cookie_peer){
	    .host = t->url.at.host, .path = t->url.uri.path, .secure = t->url.tls};
}

void
jar_put(struct jar *j, struct transfer *t, struct transfer_fields *f)
{
	struct http_cookie_peer peer = peer_of(t);
	char text[COOKIE_FIELD];
	struct http_writer w = http_writer(text, sizeof text);

	if (j->on)
		http_jar_put(&j->cookies, &w, &peer, now(j));
	if (j->set->fixed && transfer_trusts(t)) {
		http_put_text(&w, w.len > 0 ? "; " : "");
		http_put_text(&w, j->set->fixed);
	}
	if (w.len > 0)
		transfer_field(f, "Cookie", (struct http_span){text, w.len});
}

/* Says with -v which cookie was refused, and why. */
static void
note_refused(struct http_span value, enum http_cookie_reason why)
{
	char text[512];
	size_t name = 0;

	while (name < value.len && name < 100 && value.at[name] != '=' && value.at[name] != ';')
		name++;
	snprintf(text, sizeof text, "Cookie %.*s refused: %s (%s)", (int)name, value.at,
	    http_cookie_words(why), http_cookie_source(why));
	trace_note(text);
}

void
jar_take(struct jar *j, const struct transfer *t, const struct http_response *r)
{
	struct http_cookie_peer peer = peer_of(t);

	if (!j->on)
		return;
	for (uint32_t i = 0; i < r->fields; i++) {
		enum http_cookie_reason why = HTTP_COOKIE_FINE;

		if (!http_span_is(r->field[i].name, "set-cookie"))
			continue;
		http_jar_set(&j->cookies, r->field[i].value, &peer, now(j), &why);
		if (why && j->verbose)
			note_refused(r->field[i].value, why);
	}
}

enum get_code
jar_close(struct jar *j)
{
	int e = j->set->out ? cookies_write(&j->cookies, j->set->out, now(j)) : 0;

	http_jar_free(&j->cookies);
	if (e == 0)
		return GET_OK;
	fprintf(stderr, "leat get: (%d) Failed to save cookies in %s: %s\n", GET_WRITE, j->set->out,
	    strerror(-e));
	return GET_WRITE;
}
