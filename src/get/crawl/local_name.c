/*
 * get/crawl/local_name.c - from URIs to names of files.
 */
#include "get/crawl/local_name.h"

#include "base/siphash.h"
#include "http/message/octet.h"
#include "http/uri/percent.h"

#include <stdio.h>

/* What a name keeps percent-encoded: it would end the name, or command a terminal. */
static bool
is_unfit(char c)
{
	return c == '/' || (unsigned char)c < 0x20 || c == 0x7f;
}

static void
put_decoded(struct http_writer *w, struct http_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		int high = s.at[i] == '%' && i + 2 < s.len ? http_hex(s.at[i + 1]) : -1;
		int low = high >= 0 ? http_hex(s.at[i + 2]) : -1;
		char c = s.at[i];

		if (low >= 0)
			c = (char)(high << 4 | low);
		if (low >= 0 && is_unfit(c)) {
			http_put(w, s.at + i, 3);
			i += 2;
			continue;
		}
		i += low >= 0 ? 2 : 0;
		if (is_unfit(c))
			http_put_text(w, "_");
		else
			http_put(w, &c, 1);
	}
}

/* Shortens the segment that stands in @w from @from on. */
static void
fit_segment(struct http_writer *w, size_t from)
{
	static const struct siphash_key key = {{0, 0}};
	char hash[20];
	struct http_span s = {w->at + from, w->len - from};

	if (w->err)
		return;
	if (http_span_is(s, ".") || http_span_is(s, "..")) {
		w->len = from;
		http_put_text(w, s.len == 1 ? "%2E" : "%2E%2E");
	} else if (s.len > LOCAL_NAME_SEGMENT) {
		int n =
		    snprintf(hash, sizeof hash, "-%016llx", (unsigned long long)siphash(&key, s.at, s.len));

		w->len = from + LOCAL_NAME_SEGMENT - (size_t)n;
		while (w->len > from && ((unsigned char)w->at[w->len] & 0xc0) == 0x80)
			w->len--; /* no character is cut */
		http_put_text(w, hash);
	}
}

/* The last segment, with the query. */
static void
put_file(struct http_writer *w, struct http_span name, const struct http_uri *u)
{
	size_t from = w->len;

	put_decoded(w, name.len > 0 ? name : http_span_of("index.html"));
	if (u->has_query) {
		http_put_text(w, "?");
		put_decoded(w, u->query);
	}
	fit_segment(w, from);
}

void
local_name_put(struct http_writer *w, const struct http_uri *u, bool host)
{
	struct http_span rest = u->path;
	size_t from = w->len;

	if (host) {
		put_decoded(w, u->authority);
		fit_segment(w, from);
		http_put_text(w, "/");
	}
	while (rest.len > 0) {
		const char *slash = memchr(rest.at, '/', rest.len);
		struct http_span segment = {rest.at, slash ? (size_t)(slash - rest.at) : rest.len};

		if (!slash)
			break;
		rest = (struct http_span){slash + 1, rest.len - segment.len - 1};
		if (segment.len == 0)
			continue;
		from = w->len;
		put_decoded(w, segment);
		fit_segment(w, from);
		http_put_text(w, "/");
	}
	put_file(w, rest, u);
	http_put(w, "", 1);
	if (!w->err)
		w->len--;
}
