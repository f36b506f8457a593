/*
 * serve/echo/json.c - a request as one JSON object; echo.h has its members.
 */
#include "serve/echo/impl.h"

static void
put_member(struct http_writer *w, const char *before, struct http_span value)
{
	http_put_text(w, before);
	http_put_text(w, "\"");
	page_put_json(w, value);
	http_put_text(w, "\"");
}

static void
put_pair(struct http_writer *w, bool first, struct http_span name, struct http_span value)
{
	put_member(w, first ? "{\"name\":" : ",{\"name\":", name);
	put_member(w, ",\"value\":", value);
}

static void
put_params(struct http_writer *w, const char *before, struct echo_params *p)
{
	struct echo_param one;

	http_put_text(w, before);
	if (p->source == ECHO_NO_FORM) {
		http_put_text(w, "null");
		return;
	}
	http_put_text(w, "[");
	for (bool first = true; echo_params_next(p, &one); first = false) {
		put_pair(w, first, one.name, one.value);
		if (one.has_file_name)
			put_member(w, ",\"file_name\":", one.file_name);
		if (one.type.len > 0)
			put_member(w, ",\"type\":", one.type);
		http_put_text(w, "}");
	}
	http_put_text(w, "]");
}

static void
put_fields(struct http_writer *w, const char *before, const struct http_field *field, uint32_t n)
{
	http_put_text(w, before);
	http_put_text(w, "[");
	for (uint32_t i = 0; i < n; i++) {
		put_pair(w, i == 0, field[i].name, field[i].value);
		http_put_text(w, "}");
	}
	http_put_text(w, "]");
}

static void
put_content(struct http_writer *w, const struct echo_request *r)
{
	struct http_span content;
	bool text = echo_is_text(r, &content);

	http_put_text(w, ",\n \"content\":{\"octets\":");
	http_put_number(w, r->length, 10);
	http_put_text(w, ",\"shown\":");
	http_put_number(w, content.len, 10);
	if (text) {
		put_member(w, ",\"text\":", content);
	} else {
		http_put_text(w, ",\"hex\":\"");
		echo_put_hex(w, content);
		http_put_text(w, "\"");
	}
	http_put_text(w, "}");
}

void
echo_put_json(struct http_writer *w, const struct echo_request *r)
{
	const struct http_request *h = r->head;
	struct echo_params p;

	put_member(w, "{\"method\":", h->method_text);
	put_member(w, ",\"target\":", h->target);
	http_put_text(w, h->minor ? ",\"version\":\"HTTP/1.1\"" : ",\"version\":\"HTTP/1.0\"");
	put_member(w, ",\n \"path\":", h->path);
	if (h->has_query)
		put_member(w, ",\"query\":", h->query);
	else
		http_put_text(w, ",\"query\":null");
	echo_params_of_url(&p, r);
	put_params(w, ",\n \"url_parameters\":", &p);
	echo_params_of_content(&p, r);
	put_params(w, ",\n \"body_parameters\":", &p);
	put_fields(w, ",\n \"fields\":", h->field, h->fields);
	put_content(w, r);
	put_fields(w, ",\n \"trailers\":", r->trailer, r->trailers);
	http_put_text(w, "}\n");
}
