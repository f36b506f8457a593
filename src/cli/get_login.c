/*
 * cli/get_login.c - options of `leat get` that name a file with passwords.
 */
#include "cli/get_options.h"

#include "cli/common/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
home_file(struct get_options *o)
{
	const char *home = getenv("HOME");
	char *path;

	if (!home || !*home || asprintf(&path, "%s/.netrc", home) < 0)
		return NULL;
	return get_keep(o, path);
}

const char *
get_set_netrc(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;

	o->netrc_path = value ? value : home_file(o);
	o->netrc_named = value != NULL;
	return o->netrc_path ? NULL : "needs a file: HOME is not set; name one with --netrc-file";
}

/* No file means no passwords. If the user has named it, that is a warning. */
int
get_settle_netrc(struct get_options *o)
{
	int e = o->netrc_path ? netrc_open(&o->netrc, o->netrc_path) : 0;

	if (e == -EINVAL) {
		error_line(
		    "get", "(%d) %s: .netrc parser error: a quotation does not end", GET_READ, o->netrc_path);
		return GET_READ;
	}
	if (e < 0 && !o->run.silent && (o->netrc_named || e != -ENOENT))
		fprintf(stderr, "Warning: no passwords from %s: %s\n", o->netrc_path, strerror(-e));
	o->run.set.netrc = o->netrc_path ? &o->netrc : NULL;
	return 0;
}
