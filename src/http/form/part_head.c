/*
 * http/form/part_head.c - the fields of a part, and its names as browsers and curl write them.
 */
#include "http/form/part_head.h"

#include "http/message/field_line.h"
#include "http/message/lines.h"
#include "http/message/octet.h"
#include "http/semantics/param.h"

enum { FIELDS = 16 };

/*
 * What stands for a quote, CR or LF at @s, and its length in *@step: "%22" in browsers (WHATWG
 * HTML, 4.10.21.8), a backslash before it in curl. Paths of Windows hold backslashes, which stand
 * for themselves before any other octet. A "%" is not encoded, so no other triplet is one.
 */
static char
next_octet(struct http_span s, size_t *step)
{
	static const struct {
		const char *text;
		char octet;
	} codes[] = {{"\\\"", '"'}, {"\\\\", '\\'}, {"%22", '"'}, {"%0d", '\r'}, {"%0a", '\n'}};

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		size_t len = strlen(codes[i].text);

		if (s.len < len || !http_span_is((struct http_span){s.at, len}, codes[i].text))
			continue;
		*step = len;
		return codes[i].octet;
	}
	*step = 1;
	return s.at[0];
}

/* Decodes the value of @p in place: it becomes shorter, if anything. */
static struct http_span
decode(const struct http_param *p, char *head)
{
	char *to = head + (p->value.at - head);
	struct http_span s = {to, 0};

	for (size_t i = 0, step; p->quoted && i < p->value.len; i += step)
		to[s.len++] = next_octet((struct http_span){p->value.at + i, p->value.len - i}, &step);
	return p->quoted ? s : p->value;
}

static bool
read_disposition(struct http_span value, char *head, struct http_part *part)
{
	struct http_param p;
	struct http_span params = value, name = {0};
	bool has_name = false;

	if (!http_span_is(http_param_begin(&params), "form-data"))
		return false;
	while (http_param_next(&params, &p)) {
		if (http_span_is(p.name, "name") && !has_name) {
			has_name = true;
			name = decode(&p, head);
		} else if (http_span_is(p.name, "filename") && !part->has_file_name) {
			part->has_file_name = true;
			part->file_name = decode(&p, head);
		}
	}
	part->name = name;
	return has_name;
}

/* Cuts the head into fields. */
static bool
read_fields(char *head, size_t n, struct http_field *field, uint32_t *fields)
{
	struct http_lines lines = {0};
	struct http_span line;
	enum http_reason why;

	while (http_lines_next(&lines, head, n, n, n, &line, &why) == HTTP_LINE) {
		if (line.len == 0)
			return true;
		if (http_field_line(field, fields, FIELDS, line, true) != HTTP_FINE)
			return false;
	}
	return false;
}

enum http_multipart_reason
http_part_head(char *head, size_t n, struct http_part *part)
{
	struct http_field field[FIELDS];
	const struct http_field *disposition, *type;
	struct http_part r = {0};
	uint32_t fields = 0;

	if (!read_fields(head, n, field, &fields))
		return HTTP_MULTIPART_HEAD;
	disposition = http_field_find(field, fields, "content-disposition");
	type = http_field_find(field, fields, "content-type");
	if (!disposition || !read_disposition(disposition->value, head, &r))
		return HTTP_MULTIPART_DISPOSITION;
	if (type)
		r.type = type->value;
	*part = r;
	return HTTP_MULTIPART_FINE;
}
