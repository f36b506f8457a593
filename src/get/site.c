/*
 * get/site.c - joins a crawl to the jobs of a run: robots.txt before the first page, names of
 * files, and the links of what was fetched.
 */
#include "get/site.h"

#include "get/crawl/local_name.h"
#include "get/site_impl.h"
#include "host/random.h"

#include <stdlib.h>

enum { URLS_MOST = 100000 };

/* @url cannot be fetched. */
static void
fail(struct site_crawl *s, const char *url, enum get_code code, const char *words)
{
	live_pause(&s->process->live);
	if (run_says(s->process->run))
		fprintf(stderr, "leat get: (%d) %s: %s\n", code, url, words ? words : get_code_words(code));
	s->process->code = code;
	s->process->stop |= s->process->run->fail_early;
}

/* Puts the URL that was typed, without its user and its fragment. */
static enum get_code
read_url(struct http_writer *w, const char *typed, struct get_result *why)
{
	struct get_url url = {0};
	enum get_code code = get_url_read(&url, typed, why);

	if (code)
		return code;
	get_url_put_referer(w, &url);
	get_url_free(&url);
	return w->err ? get_fail(why, GET_URL, "this URL is too long for a site") : GET_OK;
}

static void
start_with(struct site_crawl *s, const char *typed)
{
	struct get_result why = {0};
	char text[GET_URL_MOST];
	struct http_writer w = http_writer(text, sizeof text);
	enum crawl_verdict v;

	if (read_url(&w, typed, &why)) {
		fail(s, typed, why.code, why.words);
		return;
	}
	v = crawl_start(&s->crawl, (struct http_span){text, w.len});
	if (v == CRAWL_TAKEN && !site_server_meet(s, crawl_uri(s->crawl.start[s->crawl.starts - 1])))
		v = CRAWL_MEMORY;
	if (v == CRAWL_MEMORY)
		fail(s, typed, GET_MEMORY, NULL);
	else if (v == CRAWL_FULL)
		fail(s, typed, GET_URL, "this is one URL too many: a site has 100000 at most");
	else if (v != CRAWL_TAKEN && v != CRAWL_SEEN)
		fail(s, typed, GET_URL, "this URL is too long for a site");
}

struct site_crawl *
site_crawl_new(struct get_process *p)
{
	const struct get_run *r = p->run;
	struct crawl_settings set = {
	    .depth = r->depth, .no_parent = r->no_parent, .most = URLS_MOST, .key = random_key()};
	struct site_crawl *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->process = p;
	s->server = calloc(r->targets, sizeof *s->server);
	if (!s->server || crawl_init(&s->crawl, &set) < 0) {
		free(s->server);
		free(s);
		return NULL;
	}
	for (unsigned i = 0; i < r->targets; i++)
		start_with(s, r->target[i].url);
	return s;
}

void
site_crawl_free(struct site_crawl *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->servers; i++)
		site_server_fini(&s->server[i]);
	free(s->server);
	crawl_fini(&s->crawl);
	free(s);
}

bool
site_crawl_waits(const struct site_crawl *s)
{
	return s->waiting > 0;
}

/* The file for a URL in normal form. NULL without memory, or if the name is too long. */
static char *
name_of(struct http_span uri)
{
	char name[LOCAL_NAME_MOST];
	struct http_writer w = http_writer(name, sizeof name);
	struct http_uri u;

	if (!http_uri_parse(uri, &u))
		return NULL;
	local_name_put(&w, &u, true);
	return w.err ? NULL : strdup(name);
}

static struct site_target *
target_for(const struct crawl_item *i)
{
	struct site_target *t = calloc(1, sizeof *t);
	char *name = name_of(crawl_uri(i));

	if (!t || !name) {
		free(t);
		free(name);
		return NULL;
	}
	t->item = i;
	t->name = name;
	t->target = (struct get_target){.url = i->text, .place = GET_TO_FILE, .name = name};
	return t;
}

const struct get_target *
site_crawl_next(struct site_crawl *s)
{
	const struct crawl_item *i;

	while (s->waiting == 0 && (i = crawl_next(&s->crawl))) {
		struct site_target *t = site_server_allows(s, i) ? target_for(i) : NULL;

		if (!t)
			continue;
		live_expect(&s->process->live, 1);
		return &t->target;
	}
	return NULL;
}

bool
site_crawl_keeps(struct get_job *j, const struct http_response *r)
{
	const struct http_field *to = http_field_find(r->field, r->fields, "location");

	if (r->status < 300 || r->status >= 400 || !to)
		return true;
	free(site_target_of(j)->moved);
	site_target_of(j)->moved = strndup(to->value.at, to->value.len);
	return false;
}

/* A redirect leads to a URL that is fetched like others, within the same bounds. */
static void
take_redirect(struct site_crawl *s, const struct get_job *j)
{
	static const char *const why[] = {[CRAWL_ELSEWHERE] = "leads to another server",
	    [CRAWL_ABOVE] = "leads above the folder",
	    [CRAWL_MALFORMED] = "leads to a malformed URL",
	    [CRAWL_FULL] = "leads to one URL too many",
	    [CRAWL_MEMORY] = "does not fit into memory"};
	const struct crawl_item *i = site_target_of(j)->item;
	const char *to = site_target_of(j)->moved;
	enum crawl_verdict v = to ? crawl_redirect(&s->crawl, i, http_span_of(to)) : CRAWL_MALFORMED;

	if (v == CRAWL_TAKEN || v == CRAWL_SEEN)
		return;
	live_pause(&s->process->live);
	if (!s->process->run->silent)
		fprintf(stderr, "Warning: %s: the redirect %s\n", i->text, why[v]);
}

void
site_crawl_over(struct site_crawl *s, struct get_job *j)
{
	struct site_target *t = site_target_of(j);

	if (j->transfer.result.code == GET_OK && j->skipped)
		take_redirect(s, j);
	else if (j->transfer.result.code == GET_OK)
		site_links_take(s, j);
	free(t->name);
	free(t->moved);
	free(t);
	j->target = NULL;
}
