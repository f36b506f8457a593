/*
 * get/crawl/crawl.c - resolves references, judges them, and remembers them.
 */
#include "get/crawl/crawl.h"

#include "base/err.h"
#include "base/list.h"
#include "http/uri/authority.h"

#include <stdlib.h>

enum { URI_MOST = 8192 };

int
crawl_init(struct crawl *c, const struct crawl_settings *set)
{
	*c = (struct crawl){.set = *set};
	c->last = &c->first;
	return table_init(&c->known, &set->key);
}

static void
free_item(struct table_node *n, void *arg)
{
	struct crawl *c = arg;

	table_remove(&c->known, n);
	free(container_of(n, struct crawl_item, node));
}

void
crawl_fini(struct crawl *c)
{
	table_each(&c->known, free_item, c);
	table_fini(&c->known);
	free(c->start);
}

static bool
has_text(const struct table_node *n, const void *wanted)
{
	return http_span_eq(
	    crawl_uri(container_of(n, const struct crawl_item, node)), *(const struct http_span *)wanted);
}

static struct crawl_item *
find(const struct crawl *c, struct http_span uri)
{
	struct table_node *n = table_find(&c->known, siphash(&c->known.key, uri.at, uri.len), &uri, has_text);

	return n ? container_of(n, struct crawl_item, node) : NULL;
}

/* Puts @u in normal form without its fragment, and takes the result apart again. */
static bool
normal_form(struct http_writer *w, struct http_uri *u)
{
	struct http_authority a;

	u->has_fragment = false;
	http_uri_normalise(w, u);
	return !w->err && http_uri_parse((struct http_span){w->at, w->len}, u) &&
	       http_uri_default_port(u->scheme) != 0 && http_authority_parse(u->authority, &a);
}

/* Puts the URI that @reference means at @base, in normal form. */
static bool
resolve(struct http_writer *w, struct http_span base, struct http_span reference, struct http_uri *u)
{
	char clean[URI_MOST], whole[URI_MOST];
	struct http_writer c = http_writer(clean, sizeof clean), r = http_writer(whole, sizeof whole);
	struct http_uri b, ref;

	http_uri_clean(&c, reference);
	if (c.err || !http_uri_parse((struct http_span){clean, c.len}, &ref) || !http_uri_parse(base, &b))
		return false;
	http_uri_resolve(&r, &b, &ref);
	return !r.err && http_uri_parse((struct http_span){whole, r.len}, u) && normal_form(w, u);
}

/* The folder in which the path @path lies, with its "/". */
static struct http_span
folder_of(struct http_span path)
{
	while (path.len > 0 && path.at[path.len - 1] != '/')
		path.len--;
	return path;
}

/* True if @u is of the server of @start; *@beneath says if it lies in its folder as well. */
static bool
is_of(const struct crawl_item *start, const struct http_uri *u, bool *beneath)
{
	struct http_uri s;
	struct http_span folder;

	http_uri_parse(crawl_uri(start), &s);
	folder = folder_of(s.path);
	*beneath = u->path.len >= folder.len && memcmp(u->path.at, folder.at, folder.len) == 0;
	return http_span_eq(s.scheme, u->scheme) && http_span_eq(s.authority, u->authority);
}

static enum crawl_verdict
judge(const struct crawl *c, const struct http_uri *u)
{
	enum crawl_verdict v = CRAWL_ELSEWHERE;

	for (size_t i = 0; i < c->starts; i++) {
		bool beneath;

		if (!is_of(c->start[i], u, &beneath))
			continue;
		if (beneath || !c->set.no_parent)
			return CRAWL_TAKEN;
		v = CRAWL_ABOVE;
	}
	return v;
}

/* Remembers a URI in normal form that is not known. */
static struct crawl_item *
remember(struct crawl *c, struct http_span uri, const struct crawl_item *from, unsigned depth)
{
	struct crawl_item *i = calloc(1, sizeof *i + uri.len + 1);

	if (!i)
		return NULL;
	i->from = from;
	i->depth = depth;
	i->len = uri.len;
	memcpy(i->text, uri.at, uri.len);
	table_insert(&c->known, &i->node, siphash(&c->known.key, uri.at, uri.len));
	return i;
}

static enum crawl_verdict
add(struct crawl *c, struct http_span uri, const struct crawl_item *from, unsigned depth)
{
	struct crawl_item *i;

	if (find(c, uri))
		return CRAWL_SEEN;
	if (c->known.count >= c->set.most)
		return CRAWL_FULL;
	i = remember(c, uri, from, depth);
	if (!i)
		return CRAWL_MEMORY;
	*c->last = i;
	c->last = &i->next;
	c->waiting++;
	return CRAWL_TAKEN;
}

enum crawl_verdict
crawl_start(struct crawl *c, struct http_span uri)
{
	char text[URI_MOST];
	struct http_writer w = http_writer(text, sizeof text);
	const struct crawl_item **more;
	struct http_uri u;
	enum crawl_verdict v;

	if (!http_uri_parse(uri, &u) || !normal_form(&w, &u))
		return CRAWL_MALFORMED;
	more = realloc(c->start, (c->starts + 1) * sizeof *more);
	if (!more)
		return CRAWL_MEMORY;
	c->start = more;
	v = add(c, (struct http_span){text, w.len}, NULL, 0);
	if (v == CRAWL_TAKEN)
		c->start[c->starts++] = find(c, (struct http_span){text, w.len});
	return v;
}

/* @links more links than @from. */
static enum crawl_verdict
offer(struct crawl *c, const struct crawl_item *from, struct http_span base, struct http_span reference,
    unsigned links)
{
	char text[URI_MOST];
	struct http_writer w = http_writer(text, sizeof text);
	struct http_uri u;
	enum crawl_verdict v;

	if (!resolve(&w, base, reference, &u))
		return CRAWL_MALFORMED;
	v = judge(c, &u);
	if (v != CRAWL_TAKEN)
		return v;
	if (find(c, (struct http_span){text, w.len}))
		return CRAWL_SEEN;
	if (c->set.depth > 0 && from->depth + links > c->set.depth)
		return CRAWL_DEEP;
	return add(c, (struct http_span){text, w.len}, from, from->depth + links);
}

enum crawl_verdict
crawl_link(struct crawl *c, const struct crawl_item *from, struct http_span base, struct http_span reference)
{
	return offer(c, from, base, reference, 1);
}

enum crawl_verdict
crawl_redirect(struct crawl *c, const struct crawl_item *from, struct http_span reference)
{
	return offer(c, from, crawl_uri(from), reference, 0);
}

const struct crawl_item *
crawl_next(struct crawl *c)
{
	struct crawl_item *i = c->first;

	if (!i)
		return NULL;
	c->first = i->next;
	if (!c->first)
		c->last = &c->first;
	c->waiting--;
	return i;
}
