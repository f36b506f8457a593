/*
 * cli/get_fields.c - the fields of requests as options of `leat get` name them.
 */
#include "cli/get_options.h"

#include "get/decode/decode.h"

#include <string.h>

const char *
get_set_referer(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	size_t n = strcspn(value, ";");

	o->run.set.auto_referer = strcmp(value + n, ";auto") == 0;
	o->run.set.referer = o->run.set.auto_referer ? get_keep(o, strndup(value, n)) : value;
	return o->run.set.referer ? NULL : "does not fit into memory";
}

const char *
get_set_field(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	size_t n = strcspn(value, ":;");
	struct http_span name = {value, n};
	struct get_field *f = &o->field[o->run.set.fields];
	char unused[1024];
	struct http_writer w;

	if (o->run.set.fields == GET_FIELDS_MOST)
		return "is one field too many: there may be 200";
	if (value[n] == '\0')
		return "is not NAME: VALUE; NAME: without a value leaves a field out, and NAME; sends it "
		       "empty";
	*f = (struct get_field){.field = {name, http_span_trim(http_span_of(value + n + 1))}};
	w = http_writer(unused, sizeof unused);
	http_write_field(&w, name, (struct http_span){"", 0});
	if (w.err || !http_value_valid(f->field.value))
		return "has octets that no field may have, such as a line break";
	if (value[n] == ':' && f->field.value.len == 0)
		f->use = GET_FIELD_REMOVE;
	o->run.set.fields++;
	return NULL;
}

/* --compressed has no value. */
const char *
get_set_compressed(void *config, const struct option *option, const char *value)
{
	if (!*decode_codings())
		return "needs a build with zlib, brotli or zstd";
	((struct get_options *)config)->run.set.codings = decode_codings();
	return NULL;
}
