/*
 * http/cookie/jar.c - adds, finds and evicts cookies.
 */
#include "http/cookie/jar.h"

#include "base/err.h"

#include <stdlib.h>

void
http_jar_init(struct http_jar *j, size_t most)
{
	*j = (struct http_jar){.most = most};
}

void
http_jar_free(struct http_jar *j)
{
	for (size_t i = 0; i < j->n; i++)
		free(j->entry[i].text);
	free(j->entry);
	*j = (struct http_jar){.most = j->most};
}

static void
remove_at(struct http_jar *j, size_t i)
{
	free(j->entry[i].text);
	memmove(j->entry + i, j->entry + i + 1, (j->n - i - 1) * sizeof *j->entry);
	j->n--;
}

static void
remove_expired(struct http_jar *j, int64_t now)
{
	for (size_t i = j->n; i-- > 0;)
		if (http_cookie_expired(&j->entry[i].cookie, now))
			remove_at(j, i);
}

/* The cookie that @c takes the place of, or j->n (RFC 6265, 5.3, step 11). */
static size_t
find_same(const struct http_jar *j, const struct http_cookie *c)
{
	size_t i;

	for (i = 0; i < j->n; i++) {
		const struct http_cookie *o = &j->entry[i].cookie;

		if (http_span_eq(o->name, c->name) && http_span_eq(o->path, c->path) &&
		    http_span_same(o->domain, c->domain) && o->host_only == c->host_only)
			break;
	}
	return i;
}

/* Removes the cookie that was not used for the longest time, of those of @domain or of all. */
static void
evict(struct http_jar *j, const struct http_span *domain)
{
	size_t oldest = j->n;

	for (size_t i = 0; i < j->n; i++)
		if ((!domain || http_span_same(j->entry[i].cookie.domain, *domain)) &&
		    (oldest == j->n || j->entry[i].used < j->entry[oldest].used))
			oldest = i;
	if (oldest < j->n)
		remove_at(j, oldest);
}

static void
make_room(struct http_jar *j, struct http_span domain, int64_t now)
{
	size_t of_domain = 0;

	remove_expired(j, now);
	for (size_t i = 0; i < j->n; i++)
		of_domain += http_span_same(j->entry[i].cookie.domain, domain);
	if (of_domain >= HTTP_JAR_OF_DOMAIN)
		evict(j, &domain);
	if (j->n >= j->most)
		evict(j, NULL);
}

static struct http_span
copy_span(char **to, struct http_span s)
{
	struct http_span copy = {*to, s.len};

	if (s.len > 0)
		memcpy(*to, s.at, s.len);
	*to += s.len;
	return copy;
}

static int
copy_cookie(struct http_jar_entry *e, const struct http_cookie *c)
{
	char *at = malloc(c->name.len + c->value.len + c->domain.len + c->path.len + 1);

	if (!at)
		return -LEAT_ENOMEM;
	*e = (struct http_jar_entry){.cookie = *c, .text = at};
	e->cookie.name = copy_span(&at, c->name);
	e->cookie.value = copy_span(&at, c->value);
	e->cookie.domain = copy_span(&at, c->domain);
	e->cookie.path = copy_span(&at, c->path);
	return 0;
}

/* Appends @e; the array grows by 16 entries at a time. */
static int
append(struct http_jar *j, const struct http_jar_entry *e)
{
	if (j->n % 16 == 0) {
		size_t room = j->n + 16;
		struct http_jar_entry *more = realloc(j->entry, room * sizeof *more);

		if (!more)
			return -LEAT_ENOMEM;
		j->entry = more;
	}
	j->entry[j->n++] = *e;
	return 0;
}

int
http_jar_add(struct http_jar *j, const struct http_cookie *c, int64_t now)
{
	struct http_jar_entry e;
	size_t same;
	int err;

	if (j->most == 0)
		return 0;
	same = find_same(j, c);
	if (http_cookie_expired(c, now)) {
		if (same < j->n)
			remove_at(j, same);
		return 0;
	}
	err = copy_cookie(&e, c);
	if (err)
		return err;
	e.used = ++j->uses;
	if (same < j->n) { /* it keeps its place, as if it were set when the other one was */
		free(j->entry[same].text);
		j->entry[same] = e;
		return 0;
	}
	make_room(j, e.cookie.domain, now);
	err = append(j, &e);
	if (err)
		free(e.text);
	return err;
}

/* True if a secure cookie of this name goes where @c would go, too (RFC 6265bis, 5.7). */
static bool
hides_secure(const struct http_jar *j, const struct http_cookie *c)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct http_cookie *o = &j->entry[i].cookie;

		if (o->secure && http_span_eq(o->name, c->name) &&
		    http_cookie_path_matches(o->path, c->path) &&
		    (http_cookie_domain_matches(o->domain, c->domain) ||
			http_cookie_domain_matches(c->domain, o->domain)))
			return true;
	}
	return false;
}

int
http_jar_set(struct http_jar *j, struct http_span value, const struct http_cookie_peer *peer, int64_t now,
    enum http_cookie_reason *why)
{
	struct http_cookie c;

	*why = http_set_cookie_read(value, peer, now, &c);
	if (*why != HTTP_COOKIE_FINE)
		return 0;
	remove_expired(j, now);
	if (!peer->secure && hides_secure(j, &c))
		*why = HTTP_COOKIE_SHADOWS;
	return *why == HTTP_COOKIE_FINE ? http_jar_add(j, &c, now) : 0;
}

/* Puts one cookie whole, or not at all. */
static void
put_one(struct http_writer *w, const struct http_cookie *c, bool first)
{
	size_t len = c->name.len + 1 + c->value.len + (first ? 0 : 2);

	if (w->err || len > w->most - w->len)
		return;
	http_put_text(w, first ? "" : "; ");
	http_put_span(w, c->name);
	http_put_text(w, "=");
	http_put_span(w, c->value);
}

/*
 * The longest path of a cookie for @peer that is shorter than @below, or 0. Paths of the request
 * are the only ones that match, so there are few.
 */
static size_t
next_length(const struct http_jar *j, const struct http_cookie_peer *peer, int64_t now, size_t below)
{
	size_t longest = 0;

	for (size_t i = 0; i < j->n; i++) {
		const struct http_cookie *c = &j->entry[i].cookie;

		if (c->path.len < below && c->path.len > longest && !http_cookie_expired(c, now) &&
		    http_cookie_matches(c, peer))
			longest = c->path.len;
	}
	return longest;
}

void
http_jar_put(struct http_jar *j, struct http_writer *w, const struct http_cookie_peer *peer, int64_t now)
{
	size_t from = w->len;

	for (size_t len = SIZE_MAX; (len = next_length(j, peer, now, len)) > 0;)
		for (size_t i = 0; i < j->n; i++) {
			struct http_jar_entry *e = &j->entry[i];

			if (e->cookie.path.len != len || http_cookie_expired(&e->cookie, now) ||
			    !http_cookie_matches(&e->cookie, peer))
				continue;
			e->used = ++j->uses;
			put_one(w, &e->cookie, w->len == from);
		}
}
