/*
 * cli/get_condition.c - the option of `leat get` for what has changed since a time: a date as
 * people write it, or the time of a file.
 */
#include "cli/get_options.h"

#include "http/semantics/date.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* Reads a date without a zone, or with one such as +0200; without one it is of UTC. */
static bool
read_form(const char *text, const char *form, int64_t *seconds)
{
	struct tm t = {.tm_mday = 1};
	const char *end = strptime(text, form, &t);
	long zone = t.tm_gmtoff;

	if (!end || *end)
		return false;
	*seconds = timegm(&t) - zone;
	return true;
}

static bool
read_date(const char *text, int64_t *seconds)
{
	static const char *const form[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ",
	    "%Y-%m-%dT%H:%M:%S%z", "%Y%m%d", "%d %b %Y", "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M:%S %z",
	    "%b %d %Y", "%b %d %Y %H:%M:%S"};

	for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
		if (read_form(text, form[i], seconds))
			return true;
	}
	return http_date_read(http_span_of(text), (int64_t)time(NULL), seconds);
}

const char *
get_set_condition(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	struct get_condition c = {.field = "If-Modified-Since", .newer = true};
	struct stat st;

	if (*value == '-')
		c = (struct get_condition){.field = "If-Unmodified-Since", .older = true};
	else if (*value == '=')
		c = (struct get_condition){.field = "Last-Modified"};
	value += *value == '-' || *value == '=' || *value == '+';
	if (!read_date(value, &c.when)) {
		if (stat(value, &st) < 0) {
			o->no_condition = value;
			return NULL;
		}
		c.when = st.st_mtime;
	}
	o->run.set.condition = c;
	return NULL;
}
