/*
 * get/site.c - joins a crawl to the jobs of a run: robots.txt before the first page, names of
 * files, and the links of what was fetched.
 */
#include "get/site.h"

#include "get/crawl/link.h"
#include "get/crawl/local_name.h"
#include "get/crawl/robots.h"
#include "get/job.h"
#include "get/report/trace.h"
#include "host/random.h"
#include "http/semantics/media_type.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* A page that is larger is not looked at beyond this. */
enum { PAGE_MOST = 16 << 20, URLS_MOST = 100000 };

#define AGENT "leat"

/* A server, and what it wants of robots. */
struct site_server {
	struct site_crawl *site;
	char *origin; /* "http://host:port" */
	char *url;    /* of its robots.txt */
	struct robots robots;
	bool forbidden; /* it did not say its rules (RFC 9309, 2.3.1.4) */
	bool known;
	char *text; /* of robots.txt, as far as it has arrived */
	size_t len;
	struct transfer transfer;
	struct transfer_request ask;
};

/* A URL that is being fetched. */
struct site_target {
	struct get_target target;
	const struct crawl_item *item;
	char *name;
	char *moved; /* where it redirects to */
};

struct site_crawl {
	struct get_process *process;
	struct crawl crawl;
	struct site_server *server; /* one for each origin of the URLs that were named */
	unsigned servers, waiting;
};

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

/* Asks the server of a URL in normal form for its robots.txt, if it was not asked. */
static bool
meet_server(struct site_crawl *s, struct http_span uri)
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

static bool
start_with(struct site_crawl *s, const char *typed)
{
	struct get_result why = {0};
	struct get_url url = {0};
	char text[GET_URL_MOST];
	struct http_writer w = http_writer(text, sizeof text);
	enum crawl_verdict v;

	if (get_url_read(&url, typed, &why)) {
		fprintf(stderr, "leat get: (%d) %s\n", why.code, why.words);
		s->process->code = why.code;
		return false;
	}
	get_url_put_referer(&w, &url);
	v = w.err ? CRAWL_MALFORMED : crawl_start(&s->crawl, (struct http_span){text, w.len});
	get_url_free(&url);
	if (v == CRAWL_TAKEN)
		return meet_server(s, crawl_uri(s->crawl.start[s->crawl.starts - 1]));
	return v == CRAWL_SEEN;
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
	for (unsigned i = 0; i < s->servers; i++) {
		transfer_cancel(&s->server[i].transfer);
		transfer_fini(&s->server[i].transfer);
		robots_fini(&s->server[i].robots);
		free(s->server[i].origin);
		free(s->server[i].url);
		free(s->server[i].text);
	}
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

static bool
may_fetch(struct site_crawl *s, const struct crawl_item *i)
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
		struct site_target *t = may_fetch(s, i) ? target_for(i) : NULL;

		if (!t)
			continue;
		live_expect(&s->process->live, 1);
		return &t->target;
	}
	return NULL;
}

static struct site_target *
target_of(const struct get_job *j)
{
	return container_of((struct get_target *)(uintptr_t)j->target, struct site_target, target);
}

bool
site_crawl_keeps(struct get_job *j, const struct http_response *r)
{
	const struct http_field *to = http_field_find(r->field, r->fields, "location");

	if (r->status < 300 || r->status >= 400 || !to)
		return true;
	free(target_of(j)->moved);
	target_of(j)->moved = strndup(to->value.at, to->value.len);
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
	const struct crawl_item *i = target_of(j)->item;
	const char *to = target_of(j)->moved;
	enum crawl_verdict v = to ? crawl_redirect(&s->crawl, i, http_span_of(to)) : CRAWL_MALFORMED;

	if (v == CRAWL_TAKEN || v == CRAWL_SEEN)
		return;
	live_pause(&s->process->live);
	if (!s->process->run->silent)
		fprintf(stderr, "Warning: %s: the redirect %s\n", i->text, why[v]);
}

/* Links of a page, and what they are relative to. */
struct site_page {
	struct link_out out;
	struct site_crawl *site;
	const struct crawl_item *item;
	size_t base_len;
	char base[GET_URL_MOST];
};

static void
on_link(struct link_out *o, struct http_span reference, enum link_kind kind)
{
	struct site_page *p = container_of(o, struct site_page, out);
	struct http_span base = {p->base, p->base_len};
	char text[GET_URL_MOST];
	struct http_writer w = http_writer(text, sizeof text);
	struct http_uri b, r;

	if (kind != LINK_BASE) {
		crawl_link(&p->site->crawl, p->item, base, reference);
		return;
	}
	if (!http_uri_parse(base, &b) || !http_uri_parse(reference, &r))
		return;
	http_uri_resolve(&w, &b, &r);
	if (w.err || w.len == 0)
		return;
	memcpy(p->base, text, w.len);
	p->base_len = w.len;
}

/* A page can ask not to follow its links. */
static void
ignore_link(struct link_out *o, struct http_span reference, enum link_kind kind)
{
}

static bool
forbids_links(const struct site_crawl *s, struct http_span page)
{
	struct link_out o = {.found = ignore_link};

	if (s->process->run->ignore_robots)
		return false;
	links_of_html(page, &o);
	return o.nofollow;
}

static bool
is_type(const struct get_job *j, const char *type)
{
	struct http_span params;

	return http_span_is(http_content_type(http_span_of(j->transfer.info.type), &params), type);
}

/* Reads the file that a job has written, up to PAGE_MOST. Returns NULL if that fails. */
static char *
read_page(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = fd < 0 ? NULL : malloc(PAGE_MOST);
	ssize_t n;

	for (*len = 0; text && *len < PAGE_MOST; *len += (size_t)n) {
		n = read(fd, text + *len, PAGE_MOST - *len);
		if (n <= 0)
			break;
	}
	if (fd >= 0)
		close(fd);
	return text;
}

static void
take_links(struct site_crawl *s, const struct get_job *j)
{
	bool css = is_type(j, "text/css"),
	     html = is_type(j, "text/html") || is_type(j, "application/xhtml+xml");
	struct site_page *p = css || html ? calloc(1, sizeof *p) : NULL;
	size_t len;
	char *text = p && j->path ? read_page(j->path, &len) : NULL;

	if (text) {
		p->out.found = on_link;
		p->site = s;
		p->item = target_of(j)->item;
		p->base_len = p->item->len;
		memcpy(p->base, p->item->text, p->item->len);
		if (html && !forbids_links(s, (struct http_span){text, len}))
			links_of_html((struct http_span){text, len}, &p->out);
		if (css)
			links_of_css((struct http_span){text, len}, &p->out);
	}
	free(text);
	free(p);
}

void
site_crawl_over(struct site_crawl *s, struct get_job *j)
{
	struct site_target *t = target_of(j);

	if (j->transfer.result.code == GET_OK && j->skipped)
		take_redirect(s, j);
	else if (j->transfer.result.code == GET_OK)
		take_links(s, j);
	free(t->name);
	free(t->moved);
	free(t);
	j->target = NULL;
}
