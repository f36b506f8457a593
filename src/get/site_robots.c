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
	return (ssize_t)n;
}

/*
 * What the server says of robots.txt: its rules; that there are none (4xx); or nothing, and then
 * nothing may be fetched.
 */
static void
on_robots_done(struct transfer *t)
{
	struct site_server *v = t->arg;
	unsigned status = t->info.status;

	v->known = true;
	v->site->waiting--;
	if (status >= 200 && status < 300)
		v->forbidden = robots_read(&v->robots, (struct http_span){v->text, v->len}, AGENT) < 0;
	else
		v->forbidden = status < 400 || status >= 500;
	if (v->forbidden && t->result.code) /* the page will fail in the same way, and say so */
		v->forbidden = status != 0;
	if (v->forbidden)
		fprintf(stderr,
		    "Warning: %s cannot be read (status %u), so nothing is fetched from there; "
		    "--ignore-robots does so nevertheless\n",
		    v->url, status);
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
	if (asprintf(&v->origin, "%.*s://%.*s", (int)u.scheme.len, u.scheme.at, (int)u.authority.len,
		u.authority.at) < 0 ||
	    asprintf(&v->url, "%s/robots.txt", v->origin) < 0 || !(v->text = malloc(ROBOTS_OCTETS)))
		return false;
	v->site = s;
	s->servers++;
	v->known = s->process->run->ignore_robots;
	if (v->known)
		return true;
	s->waiting++;
	v->ask = (struct transfer_request){.url = v->url, .method = TRANSFER_GET};
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
