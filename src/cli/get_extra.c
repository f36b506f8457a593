/*
 * cli/get_extra.c - options of `leat get` that are about what stands beside a transfer: progress,
 * reports, cookies and digests.
 */
#include "cli/get_options.h"

#include "cli/common/units.h"
#include "get/keep/sha256.h"
#include "get/parts/parts.h"
#include "http/message/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
get_set_progress(void *config, const struct option *option, const char *value)
{
	((struct get_options *)config)->run.progress = (enum live_when)option->tag;
	return NULL;
}

/* Cookies as text are joined; without "=" it is the name of a file, as in curl. */
const char *
get_set_cookie(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	const char *before = o->run.cookies.fixed;
	char *both;

	if (!strchr(value, '='))
		return get_words_add(&o->jars, value) ? NULL : "does not fit into memory";
	if (!http_value_valid(http_span_trim(http_span_of(value))))
		return "has octets that no field may have, such as a line break";
	if (asprintf(&both, "%s%s%s", before ? before : "", before ? "; " : "", value) < 0)
		return "does not fit into memory";
	o->run.cookies.fixed = get_keep(o, both);
	return o->run.cookies.fixed ? NULL : "does not fit into memory";
}

const char *
get_set_parts(void *config, const struct option *option, const char *value)
{
	uint64_t n;

	if (unit_count(value, 1, PARTS_MOST, &n))
		return "is not a number from 1 to 16";
	((struct get_options *)config)->run.parts = (unsigned)n;
	return NULL;
}

const char *
get_set_jar(void *config, const struct option *option, const char *value)
{
	((struct get_options *)config)->run.cookies.out = value;
	return NULL;
}

const char *
get_set_junk(void *config, const struct option *option, const char *value)
{
	((struct get_options *)config)->run.cookies.junk_session = true;
	return NULL;
}

const char *
get_set_digest(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	uint8_t digest[SHA256_LEN];
	char *copy;

	if (!sha256_read(value, digest))
		return "is not a SHA-256, which has 64 hexadecimal digits";
	copy = malloc(SHA256_LEN);
	if (copy)
		memcpy(copy, digest, sizeof digest);
	return get_keep(o, copy) && get_words_add(&o->digests, copy) ? NULL : "does not fit into memory";
}

/* "@FILE" is the content of a file, without line ends. */
const char *
get_set_format(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	struct get_octets text = {0};
	const char *wrong = NULL;

	if (*value != '@') {
		o->run.format = value;
		return NULL;
	}
	wrong = get_read_file(&text, value + 1);
	get_strip_lines(&text, 0);
	if (text.at)
		text.at[text.n] = '\0';
	o->run.format = get_keep(o, text.at);
	return wrong;
}

/* The folder of the XDG Base Directory Specification, unless one is named. */
const char *
get_set_cache(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	bool xdg = base && *base == '/';
	char *folder;

	if (value) {
		o->run.cache = value;
		return NULL;
	}
	if (o->run.cache)
		return NULL;
	if (!xdg && !(home && *home))
		return "needs a folder: HOME and XDG_CACHE_HOME are not set; name one with --cache-dir";
	if (asprintf(&folder, "%s%s/leat/get", xdg ? base : home, xdg ? "" : "/.cache") < 0)
		return "does not fit into memory";
	o->run.cache = get_keep(o, folder);
	return o->run.cache ? NULL : "does not fit into memory";
}

const char *
get_set_no_cache(void *config, const struct option *option, const char *value)
{
	return get_set_field(config, option, "Cache-Control: no-cache");
}

const char *
get_set_recursive(void *config, const struct option *option, const char *value)
{
	struct get_run *r = &((struct get_options *)config)->run;
	uint64_t n;

	switch ((enum get_recursive_tag)option->tag) {
	case RECURSIVE_ON:
		r->recursive = true;
		return NULL;
	case RECURSIVE_DEPTH:
		if (unit_count(value, 0, 1000, &n))
			return "is not a number up to 1000";
		r->depth = (unsigned)n;
		return NULL;
	case RECURSIVE_NO_PARENT:
		r->no_parent = true;
		return NULL;
	case RECURSIVE_NO_ROBOTS:
		r->ignore_robots = true;
	}
	return NULL;
}
