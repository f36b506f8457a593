/*
 * get/site_robots.c - the servers of a site: each is asked for its robots.txt before the first page
 * (RFC 9309).
 */
#include "get/report/trace.h"
#include "get/site_impl.h"

#include <stdlib.h>

#define AGENT "leat"

static void
message(struct site_crawl *s, const char *url, const char *words)
{
	const struct get_run *r = s->process->run;

	live_pause(&s->process->live);
	if (r->verbose) {
		char text[1024];

		snprintf(text, sizeof text, "%s: %s", url, words);
		trace_note(text);
	}
}

static size_t
robots_room(const struct site_server *v)
{
	return ROBOTS_OCTETS - v->len;
}

static ssize_t
on_robots_body(struct transfer *t, const char *at, size_t n)
{
	struct site_server *v = t->arg;
	size_t take = n < robots_room(v) ? n : robots_room(v);

	memcpy(v->text + v->len, at, take);
	v->len += take;
	if (take < n) /* the rest does not count, and may have no end (RFC 9309, 2.5) */
		return -(ssize_t)get_fail(&t->result, GET_TOO_LARGE, NULL);
	return (ssize_t)n;
}

/* The rest of a robots.txt that is too long does not count. */
static bool
is_cut(const struct site_server *v)
{
	return v->transfer.result.code == GET_TOO_LARGE && robots_room(v) == 0;
}

/*
 * What the server says of robots.txt: its rules; that there are none (4xx); or nothing, and then
 * nothing may be fetched. One that broke off may have had more rules.
 */
static bool
forbids_all(struct site_server *v)
{
	unsigned status = v->transfer.info.status;
	bool whole = v->transfer.result.code == GET_OK || is_cut(v);

	if (status >= 200 && status < 300 && whole)
		return robots_read(&v->robots, (struct http_span){v->text, v->len}, AGENT) < 0;
	if (status == 0)
		return false; /* the page will fail in the same way, and say so */
	return status < 400 || status >= 500;
}

static void
say_forbidden(const struct site_server *v)
{
	const struct get_result *why = &v->transfer.result;
	bool failed = why->code && why->code != GET_HTTP_ERROR;

	live_pause(&v->site->process->live);
	if (run_says(v->site->process->run))
		fprintf(stderr,
		    "Warning: %s cannot be read (status %u%s%s), so nothing is fetched from there; "
		    "--ignore-robots does so nevertheless\n",
		    v->url, v->transfer.info.status, failed ? ", " : "", failed ? why->words : "");
}

static void
on_robots_done(struct transfer *t)
{
	struct site_server *v = t->arg;

	v->known = true;
	v->site->waiting--;
	v->forbidden = forbids_all(v);
	if (v->forbidden)
		say_forbidden(v);
	free(v->text);
	v->text = NULL;
	get_wake(v->site->process);
}

static const struct transfer_ops robots_ops = {.body = on_robots_body, .done = on_robots_done};

static struct site_server *
server_of(const struct site_crawl *s, struct http_span uri)
{
	for (unsigned i = 0; i < s->servers; i++) {
		size_t n = strlen(s->server[i].origin);

		if (uri.len > n && memcmp(uri.at, s->server[i].origin, n) == 0 && uri.at[n] == '/')
			return &s->server[i];
	}
	return NULL;
}

bool
site_server_meet(struct site_crawl *s, struct http_span uri)
{
	struct site_server *v = &s->server[s->servers];
	struct http_uri u;

	if (server_of(s, uri))
		return true;
	http_uri_parse(uri, &u);
	v->origin = strndup(uri.at, (size_t)(u.authority.at + u.authority.len - uri.at));
	v->text = malloc(ROBOTS_OCTETS);
	if (!v->origin || !v->text || asprintf(&v->url, "%s/robots.txt", v->origin) < 0) {
		free(v->origin);
		free(v->text);
		*v = (struct site_server){0};
		return false;
	}
	v->site = s;
	s->servers++;
	v->known = s->process->run->ignore_robots;
	if (v->known)
		return true;
	s->waiting++;
	/* RFC 9309, 2.3.1.2: five redirects at least, to other servers as well */
	v->ask = (struct transfer_request){.url = v->url, .method = TRANSFER_GET, .own = true};
	transfer_begin(&v->transfer, s->process->get, &v->ask, &robots_ops, v);
	return true;
}

bool
site_server_allows(struct site_crawl *s, const struct crawl_item *i)
{
	const struct site_server *v = server_of(s, crawl_uri(i));
	size_t from = v ? strlen(v->origin) : 0;

	if (!v || v->forbidden)
		return false;
	if (robots_allow(&v->robots, (struct http_span){i->text + from, i->len - from}))
		return true;
	message(s, i->text, "robots.txt forbids it");
	return false;
}

void
site_server_fini(struct site_server *v)
{
	transfer_cancel(&v->transfer);
	transfer_fini(&v->transfer);
	robots_fini(&v->robots);
	free(v->origin);
	free(v->url);
	free(v->text);
}
