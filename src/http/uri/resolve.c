/*
 * http/uri/resolve.c - the target of a reference (RFC 3986, 5.2).
 */
#include "http/uri/uri.h"

/* A segment of a path from "/" to before the next one, or the first one without "/". */
static size_t
segment_len(const char *at, size_t n)
{
	size_t i = n > 0 && at[0] == '/' ? 1 : 0;

	while (i < n && at[i] != '/')
		i++;
	return i;
}

/* "/x" of @len octets: the number of dots if x is "." or "..", else 0. The "/" may be missing. */
static size_t
dots(const char *at, size_t len)
{
	size_t from = len > 0 && at[0] == '/' ? 1 : 0, n = len - from;

	return (n == 1 || n == 2) && at[from] == '.' && at[len - 1] == '.' ? n : 0;
}

/* The length of the @len octets at @path without their last segment and its "/". */
static size_t
without_last(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] != '/')
		len--;
	return len > 0 ? len - 1 : 0;
}

/*
 * Takes dot segments out of the path of @len octets at @path (RFC 3986, 5.2.4); returns its length.
 */
static size_t
remove_dots(char *path, size_t len)
{
	size_t out = 0, step;

	for (size_t i = 0; i < len; i += step) {
		const char *at = path + i;
		size_t n;

		step = segment_len(at, len - i);
		n = dots(at, step);
		if (n == 0) {
			memmove(path + out, at, step);
			out += step;
			continue;
		}
		if (at[0] != '/') { /* rule A: a reference that begins with dots */
			step += i + step < len ? 1 : 0;
			continue;
		}
		if (n == 2)
			out = without_last(path, out);
		if (i + step == len) /* rules B and C: the "/" stays */
			path[out++] = '/';
	}
	return out;
}

void
http_uri_end_path(struct http_writer *w, size_t from, bool has_authority)
{
	if (w->err)
		return;
	w->len = from + remove_dots(w->at + from, w->len - from);
	if (has_authority || w->len - from < 2 || memcmp(w->at + from, "//", 2) != 0)
		return;
	http_put_text(w, "/."); /* makes room for itself, at the wrong end */
	if (w->err)
		return;
	memmove(w->at + from + 2, w->at + from, w->len - from - 2);
	memcpy(w->at + from, "/.", 2);
}

/* Puts the path of @base up to its last "/", and that of @ref after it (RFC 3986, 5.2.3). */
static void
put_merged(struct http_writer *w, const struct http_uri *base, const struct http_uri *ref)
{
	size_t len = base->path.len;

	if (base->has_authority && len == 0)
		http_put_text(w, "/");
	while (len > 0 && base->path.at[len - 1] != '/')
		len--;
	http_put(w, base->path.at, len);
	http_put_span(w, ref->path);
}

static void
put_path(struct http_writer *w, const struct http_uri *base, const struct http_uri *ref)
{
	size_t from = w->len;

	if (ref->scheme.len > 0 || ref->has_authority || (ref->path.len > 0 && ref->path.at[0] == '/'))
		http_put_span(w, ref->path);
	else
		put_merged(w, base, ref);
	http_uri_end_path(w, from, ref->has_authority || (ref->scheme.len == 0 && base->has_authority));
}

/* Takes scheme and authority from where they are (RFC 3986, 5.2.2), without the path. */
static struct http_uri
target_of(const struct http_uri *base, const struct http_uri *ref)
{
	struct http_uri t = *ref;

	t.path = (struct http_span){0};
	t.has_query = t.has_fragment = false;
	if (ref->scheme.len > 0)
		return t;
	t.scheme = base->scheme;
	if (!ref->has_authority) {
		t.authority = base->authority;
		t.has_authority = base->has_authority;
	}
	return t;
}

void
http_uri_resolve(struct http_writer *w, const struct http_uri *base, const struct http_uri *ref)
{
	struct http_uri t = target_of(base, ref), end = {.fragment = ref->fragment};
	bool same_path = ref->scheme.len == 0 && !ref->has_authority && ref->path.len == 0;
	bool base_query = same_path && !ref->has_query;

	http_uri_put(w, &t);
	if (same_path)
		http_put_span(w, base->path);
	else
		put_path(w, base, ref);
	end.has_query = base_query ? base->has_query : ref->has_query;
	end.query = base_query ? base->query : ref->query;
	end.has_fragment = ref->has_fragment;
	http_uri_put(w, &end);
}
