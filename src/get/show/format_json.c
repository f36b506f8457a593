/*
 * get/show/format_json.c - all variables, or all fields of a response, as a JSON object (RFC 8259).
 */
#include "get/show/format.h"

#include "http/message/octet.h"

#include <stdio.h>

/* Octets from 0x80 on are put as they are: a server that sends no UTF-8 gets back what it sent. */
static void
put_string(struct http_writer *w, struct http_span s, bool lower)
{
	http_put_text(w, "\"");
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)(lower ? http_lower(s.at[i]) : s.at[i]);
		char text[8] = {(char)c};

		if (c == '"' || c == '\\')
			snprintf(text, sizeof text, "\\%c", c);
		else if (c < 0x20)
			snprintf(text, sizeof text, "\\u%04x", c);
		http_put_text(w, text);
	}
	http_put_text(w, "\"");
}

static void
put_json_value(struct http_writer *w, const struct format_value *v)
{
	char text[40];

	switch (v->kind) {
	case FORMAT_TEXT:
		if (v->text.len == 0)
			http_put_text(w, "null");
		else
			put_string(w, v->text, false);
		return;
	case FORMAT_COUNT:
		http_put_number(w, v->count, 10);
		return;
	case FORMAT_TIME:
		snprintf(text, sizeof text, "%lld.%06lld", (long long)(v->time / SEC),
		    (long long)(v->time % SEC / USEC));
		http_put_text(w, text);
	}
}

void
format_put_json(struct http_writer *w, const struct get_facts *f)
{
	http_put_text(w, "{");
	for (size_t i = 0; format_variable(i); i++) {
		struct format_value v = format_value_of(i, f);

		put_string(w, http_span_of(format_variable(i)), false);
		http_put_text(w, ":");
		put_json_value(w, &v);
		http_put_text(w, ",");
	}
	http_put_text(w, "\"leat_version\":\"" LEAT_VERSION "\"}");
}

/* True if an earlier field has the name of field @i. */
static bool
came_before(const struct get_facts *f, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (http_span_same(f->field[k].name, f->field[i].name))
			return true;
	}
	return false;
}

/* "name":["value","value"], for all fields with the name of field @i. */
static void
put_field(struct http_writer *w, const struct get_facts *f, size_t i)
{
	const char *before = ":[";

	put_string(w, f->field[i].name, true);
	for (size_t k = i; k < f->fields; k++) {
		if (!http_span_same(f->field[k].name, f->field[i].name))
			continue;
		http_put_text(w, before);
		put_string(w, f->field[k].value, false);
		before = ",";
	}
	http_put_text(w, "]");
}

void
format_put_header_json(struct http_writer *w, const struct get_facts *f)
{
	const char *before = "{";

	for (size_t i = 0; i < f->fields; i++) {
		if (came_before(f, i))
			continue;
		http_put_text(w, before);
		put_field(w, f, i);
		before = ",\n";
	}
	http_put_text(w, f->fields > 0 ? "\n}" : "{}");
}
