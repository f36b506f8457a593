/*
 * serve/echo/params.c - the parameters of a URL, and those of a content that is a form.
 */
#include "serve/echo/impl.h"

#include "http/semantics/media_type.h"
#include "http/uri/percent.h"
#include "http/uri/query.h"

#include <string.h>

enum { PARTS_MOST = 1000 };

void
echo_params_of_url(struct echo_params *p, const struct echo_request *r)
{
	p->source = ECHO_URLENCODED;
	p->rest = r->head->has_query ? r->head->query : (struct http_span){"", 0};
}

void
echo_params_of_content(struct echo_params *p, const struct echo_request *r)
{
	const struct http_field *f = http_field_find(r->head->field, r->head->fields, "content-type");
	struct http_span params;

	p->source = ECHO_NO_FORM;
	p->rest = r->content;
	p->ended = false;
	if (!f)
		return;
	if (http_span_is(http_content_type(f->value, &params), "application/x-www-form-urlencoded"))
		p->source = ECHO_URLENCODED;
	else if (http_multipart_begin(&p->multipart, f->value, p->head, sizeof p->head, PARTS_MOST))
		p->source = ECHO_MULTIPART;
}

static struct http_span
decoded(struct http_span s, char *to, size_t most)
{
	struct http_writer w = http_writer(to, most);

	http_form_decode(&w, s);
	return (struct http_span){w.at, w.len};
}

static bool
next_pair(struct echo_params *p, struct echo_param *out)
{
	struct http_span name, value;

	if (!http_query_next(&p->rest, &name, &value))
		return false;
	*out = (struct echo_param){.name = decoded(name, p->name, sizeof p->name),
	    .value = decoded(value, p->value, sizeof p->value)};
	return true;
}

static void
begin_part(struct echo_params *p, struct echo_param *out)
{
	const struct http_part *part = &p->multipart.part;

	*out = (struct echo_param){.name = part->name,
	    .value = {p->value, 0},
	    .file_name = part->file_name,
	    .type = part->type,
	    .has_file_name = part->has_file_name};
}

static void
add_data(struct echo_params *p, struct echo_param *out)
{
	size_t room = sizeof p->value - out->value.len;
	size_t n = p->multipart.data.len < room ? p->multipart.data.len : room;

	memcpy(p->value + out->value.len, p->multipart.data.at, n);
	out->value.len += n;
}

/* The last part may be cut off, if not all of the content is kept. */
static bool
next_part(struct echo_params *p, struct echo_param *out)
{
	bool begun = false;

	while (!p->ended) {
		size_t used;
		enum http_multipart_event e =
		    http_multipart_next(&p->multipart, p->rest.at, p->rest.len, &used);

		p->rest.at += used;
		p->rest.len -= used;
		switch (e) {
		case HTTP_MULTIPART_PART:
			begin_part(p, out);
			begun = true;
			break;
		case HTTP_MULTIPART_DATA:
			add_data(p, out);
			break;
		case HTTP_MULTIPART_DONE:
			return true;
		default:
			p->ended = true;
		}
	}
	return begun;
}

bool
echo_params_next(struct echo_params *p, struct echo_param *out)
{
	switch (p->source) {
	case ECHO_URLENCODED:
		return next_pair(p, out);
	case ECHO_MULTIPART:
		return next_part(p, out);
	default:
		return false;
	}
}
