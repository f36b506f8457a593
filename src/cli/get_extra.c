/*
 * cli/get_extra.c - options of `leat get` that are about what stands beside a transfer: progress
 * and reports.
 */
#include "cli/get_options.h"

#include <stdlib.h>

const char *
get_set_progress(void *config, const struct option *option, const char *value)
{
	((struct get_options *)config)->run.progress = (enum live_when)option->tag;
	return NULL;
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
