/*
 * cli/serve_content.c - options of `leat serve` about what responses contain: field lines,
 * redirects, codings, and pages for errors.
 */
#include "cli/serve_options.h"

#include "http/uri/path.h"
#include "http/uri/uri.h"
#include "serve/body/coder.h"

#include <stdlib.h>
#include <string.h>

/* Fields with which the server frames and describes what it sends. */
static bool
is_ours(struct http_span name)
{
	static const char *const ours[] = {"connection", "content-encoding", "content-length",
	    "content-range", "content-type", "date", "etag", "keep-alive", "last-modified", "location",
	    "server", "transfer-encoding"};

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		if (http_span_is(name, ours[i]))
			return true;
	}
	return false;
}

static const char *
add_field(struct http_writer *to, struct http_span name, struct http_span value)
{
	struct http_writer w = *to;

	http_write_field(&w, name, value);
	if (w.err == -LEAT_ENOBUFS)
		return "is too long";
	if (w.err)
		return "has octets that no field may have";
	*to = w;
	return NULL;
}

const char *
serve_set_header(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;
	const char *colon = strchr(value, ':');
	struct http_span name;

	if (!colon || colon == value)
		return "is not a field such as 'Name: value'";
	name = (struct http_span){value, (size_t)(colon - value)};
	if (is_ours(name))
		return "is a field that the server writes itself";
	return add_field(&o->head, name, http_span_trim(http_span_of(colon + 1)));
}

const char *
serve_set_cache(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;

	o->cache.len = 0;
	return add_field(&o->cache, http_span_of("Cache-Control"), http_span_trim(http_span_of(value)));
}

/* "308:/old=/new"; "301:/old/=https://example.org/" moves all that is below. */
const char *
serve_set_redirect(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;
	struct serve_settings *s = &o->run.serve;
	struct serve_redirect *r = &o->redirect[s->redirects_n];
	const char *equals = strchr(value, '=');
	struct http_path path;
	struct http_uri to;

	if (s->redirects_n == SERVE_REDIRECTS)
		return "is one redirect too many";
	if (strncmp(value, "301:", 4) != 0 && strncmp(value, "302:", 4) != 0 &&
	    strncmp(value, "303:", 4) != 0 && strncmp(value, "307:", 4) != 0 &&
	    strncmp(value, "308:", 4) != 0)
		return "does not begin with 301:, 302:, 303:, 307: or 308:";
	if (!equals || http_path_decode((struct http_span){value + 4, (size_t)(equals - value - 4)},
			   o->redirect_from[s->redirects_n], SERVE_FROM_MOST, &path) != HTTP_PATH_OK)
		return "has no path before '=', as in 308:/old=/new";
	if (!equals[1] || !http_value_valid(http_span_of(equals + 1)) ||
	    !http_uri_parse(http_span_of(equals + 1), &to))
		return "has no address after '=', as in 308:/old=/new";
	*r = (struct serve_redirect){
	    .status = (unsigned)atoi(value), .from = path.text.at, .below = path.folder, .to = equals + 1};
	s->redirects = o->redirect;
	s->redirects_n++;
	return NULL;
}

static const char *
add_coding(struct serve_settings *s, struct http_span name)
{
	enum http_coding c = http_coding_of(name);

	if (c != HTTP_BROTLI && c != HTTP_ZSTD && c != HTTP_GZIP)
		return "is not a list of codings such as zstd,br,gzip";
	if (!coder_knows(c))
		return "names a coding for which this build has no library";
	for (unsigned i = 0; i < s->compress_n; i++) {
		if (s->compress[i] == c)
			return "names a coding twice";
	}
	s->compress[s->compress_n++] = c;
	return NULL;
}

const char *
serve_set_compress(void *config, const struct option *option, const char *value)
{
	struct serve_settings *s = &((struct serve_options *)config)->run.serve;
	struct http_span rest = http_span_of(value), name;
	const char *wrong = NULL;

	s->compress_n = 0;
	while (!wrong && http_list_next(&rest, &name))
		wrong = add_coding(s, name);
	return wrong || s->compress_n > 0 ? wrong : "is empty; --no-compress compresses nothing";
}

/* "404=/404.html": a status that the server answers with if it refuses, and a path. */
const char *
serve_set_error_page(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;
	struct serve_settings *s = &o->run.serve;
	unsigned n = s->error_pages_n;
	unsigned status = (unsigned)strspn(value, "0123456789") == 3 ? (unsigned)atoi(value) : 0;
	struct http_path path;

	if (n == SERVE_ERROR_PAGES)
		return "is one page too many";
	if (status < 400 || status > 599 || value[3] != '=')
		return "does not begin with a status from 400 to 599 and '=', as in 404=/404.html";
	if (http_path_decode(http_span_of(value + 4), o->error_path[n], SERVE_FROM_MOST, &path) !=
		HTTP_PATH_OK ||
	    path.text.len == 0 || path.folder)
		return "has no path of a file after '=', as in 404=/404.html";
	o->error_page[n] = (struct serve_error_page){status, path.text};
	s->error_pages = o->error_page;
	s->error_pages_n++;
	return NULL;
}
