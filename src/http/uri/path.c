/*
 * http/uri/path.c - decodes a path segment by segment.
 *
 * The path is cut at "/" before a segment is decoded: an encoded "/" cannot make two segments of
 * one. A segment is compared with ".." after it is decoded: an encoded dot cannot hide one.
 */
#include "http/uri/path.h"

#include "http/uri/percent.h"

#include "base/err.h"

bool
http_path_next(struct http_span *rest, struct http_span *segment)
{
	const char *slash;

	while (rest->len > 0 && rest->at[0] == '/') {
		rest->at++;
		rest->len--;
	}
	if (rest->len == 0)
		return false;
	slash = memchr(rest->at, '/', rest->len);
	*segment = (struct http_span){rest->at, slash ? (size_t)(slash - rest->at) : rest->len};
	rest->at += segment->len;
	rest->len -= segment->len;
	return true;
}

/* Takes the last segment and the "/" before it off what was written. */
static enum http_path_result
step_up(struct http_writer *w, struct http_path *p)
{
	if (p->segments == 0)
		return HTTP_PATH_ABOVE;
	p->segments--;
	while (w->len > 0 && w->at[w->len - 1] != '/')
		w->len--;
	if (w->len > 0)
		w->len--;
	return HTTP_PATH_OK;
}

/* The decoded segment begins after @from octets: refuses it, drops it, or keeps it. */
static enum http_path_result
take_segment(struct http_writer *w, size_t from, size_t slash, struct http_path *p)
{
	struct http_span s = {w->at + from, w->len - from};
	bool here = http_span_is(s, "."), up = http_span_is(s, "..");

	if (memchr(s.at, 0, s.len))
		return HTTP_PATH_NUL;
	if (memchr(s.at, '/', s.len))
		return HTTP_PATH_SLASH;
	p->folder = here || up;
	if (here || up)
		w->len = slash;
	else
		p->segments++;
	return up ? step_up(w, p) : HTTP_PATH_OK;
}

static enum http_path_result
decode_segment(struct http_writer *w, struct http_span segment, struct http_path *p)
{
	size_t slash = w->len, from;

	if (w->len > 0)
		http_put_text(w, "/");
	from = w->len;
	if (memchr(segment.at, '%', segment.len))
		http_percent_decode(w, segment);
	else
		http_put_span(w, segment);
	if (w->err)
		return w->err == -LEAT_EINVAL ? HTTP_PATH_PERCENT : HTTP_PATH_LONG;
	return take_segment(w, from, slash, p);
}

enum http_path_result
http_path_decode(struct http_span path, char *to, size_t most, struct http_path *p)
{
	struct http_writer w = http_writer(to, most);
	struct http_path r = {0};
	struct http_span segment;

	if (path.len == 0 || path.at[0] != '/')
		return HTTP_PATH_FORM;
	r.folder = true;
	for (struct http_span rest = path; http_path_next(&rest, &segment);) {
		enum http_path_result why = decode_segment(&w, segment, &r);

		if (why != HTTP_PATH_OK)
			return why;
	}
	r.text = (struct http_span){to, w.len};
	r.folder = r.folder || path.at[path.len - 1] == '/';
	http_put(&w, "", 1);
	if (w.err)
		return HTTP_PATH_LONG;
	*p = r;
	return HTTP_PATH_OK;
}

const char *
http_path_words(enum http_path_result r)
{
	static const char *const words[] = {[HTTP_PATH_OK] = "",
	    [HTTP_PATH_FORM] = "the path does not begin with /",
	    [HTTP_PATH_PERCENT] = "% without two hexadecimal digits in the path",
	    [HTTP_PATH_NUL] = "a NUL in the path",
	    [HTTP_PATH_SLASH] = "an encoded / in the path",
	    [HTTP_PATH_ABOVE] = "the path leads above the root",
	    [HTTP_PATH_LONG] = "the path is too long"};

	return words[r];
}
