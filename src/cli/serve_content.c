/*
 * cli/serve_content.c - options of `leat serve` about what is sent: codings, and pages for errors.
 */
#include "cli/serve_options.h"

#include "http/message/status.h"
#include "serve/body/coder.h"

#include <stdlib.h>
#include <string.h>

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
