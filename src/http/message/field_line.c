/*
 * http/message/field_line.c - reads field lines.
 */
#include "http/message/field_line.h"

#include "http/message/octet.h"

/* What is wrong with a line whose name ends with @c and not with a colon. */
static enum http_reason
refuse_name(struct http_span after)
{
	struct http_span rest = http_span_trim(after);

	if (after.len == 0)
		return HTTP_FIELD_COLON;
	return rest.len < after.len && rest.len > 0 && rest.at[0] == ':' ? HTTP_SPACE_BEFORE_COLON
									 : HTTP_FIELD_NAME;
}

static enum http_reason
read_field(struct http_span line, struct http_field *out)
{
	size_t n = http_octet_run(line.at, line.len, HTTP_TCHAR);

	if (n == line.len || line.at[n] != ':')
		return refuse_name((struct http_span){line.at + n, line.len - n});
	if (n == 0)
		return HTTP_FIELD_NAME;
	out->name = (struct http_span){line.at, n};
	out->value = http_span_trim((struct http_span){line.at + n + 1, line.len - n - 1});
	return HTTP_FINE;
}

/*
 * RFC 9112, 5.2: a user agent replaces each fold by spaces. CR LF stand just before the line, and
 * the octets are the caller's to change.
 */
static void
unfold_into(struct http_field *f, struct http_span line)
{
	char *crlf = (char *)line.at - 2;
	const char *from = f->value.len > 0 ? f->value.at : crlf;

	crlf[0] = crlf[1] = ' ';
	f->value = http_span_trim((struct http_span){from, (size_t)(line.at + line.len - from)});
}

enum http_reason
http_field_line(struct http_field *field, uint32_t *n, uint32_t most, struct http_span line, bool unfold)
{
	enum http_reason why;

	if (line.at[0] == ' ' || line.at[0] == '\t') {
		if (*n == 0)
			return HTTP_LEADING_SPACE;
		if (!unfold)
			return HTTP_FIELD_FOLDED;
		unfold_into(&field[*n - 1], line);
		return HTTP_FINE;
	}
	if (*n == most)
		return HTTP_FIELDS_MANY;
	why = read_field(line, &field[*n]);
	*n += why == HTTP_FINE;
	return why;
}
