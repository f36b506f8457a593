/*
 * http/cookie/file.c - reads and writes lines of seven columns.
 */
#include "http/cookie/file.h"

#include "http/message/octet.h"

#define HTTP_ONLY "#HttpOnly_"

enum { COLUMNS = 7 };
enum column { DOMAIN, WITHIN, PATH, SECURE, EXPIRES, NAME, VALUE };

/* Cuts @line at tabs; the value may be missing, as curl has it. */
static bool
cut_columns(struct http_span line, struct http_span column[COLUMNS])
{
	for (size_t i = 0; i < COLUMNS; i++) {
		const char *tab = line.len > 0 ? memchr(line.at, '\t', line.len) : NULL;

		if (tab ? i == VALUE : i < NAME)
			return false;
		column[i] = (struct http_span){line.at, tab ? (size_t)(tab - line.at) : line.len};
		line.at += column[i].len + (tab != NULL);
		line.len -= column[i].len + (tab != NULL);
	}
	return true;
}

static bool
read_number(struct http_span s, int64_t *number)
{
	int64_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!http_is_digit(s.at[i]) || n > (INT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (s.at[i] - '0');
	}
	*number = n;
	return s.len > 0;
}

static bool
is_clean(struct http_span s)
{
	return http_octet_run(s.at, s.len, HTTP_VALUE) == s.len;
}

static bool
read_columns(const struct http_span column[COLUMNS], struct http_cookie *c)
{
	struct http_span domain = column[DOMAIN];

	c->host_only = !http_span_is(column[WITHIN], "TRUE");
	if (domain.len > 0 && domain.at[0] == '.')
		domain = (struct http_span){domain.at + 1, domain.len - 1};
	c->domain = domain;
	c->path = column[PATH];
	c->secure = http_span_is(column[SECURE], "TRUE");
	c->name = column[NAME];
	c->value = column[VALUE];
	if (!read_number(column[EXPIRES], &c->expires) || c->name.len + c->value.len > HTTP_COOKIE_MOST)
		return false;
	c->persistent = c->expires != 0;
	return domain.len > 0 && c->path.len > 0 && c->path.at[0] == '/' && c->name.len > 0 &&
	       is_clean(domain) && is_clean(c->path) && is_clean(c->name) && is_clean(c->value);
}

enum http_cookie_line
http_cookie_line_read(struct http_span line, struct http_cookie *c)
{
	struct http_span column[COLUMNS];
	struct http_cookie r = {0};
	size_t mark = strlen(HTTP_ONLY);

	while (line.len > 0 && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
		line.len--;
	r.http_only = line.len > mark && memcmp(line.at, HTTP_ONLY, mark) == 0;
	if (r.http_only)
		line = (struct http_span){line.at + mark, line.len - mark};
	else if (line.len == 0 || line.at[0] == '#')
		return HTTP_COOKIE_LINE_NONE;
	if (!cut_columns(line, column) || !read_columns(column, &r))
		return HTTP_COOKIE_LINE_BAD;
	*c = r;
	return HTTP_COOKIE_LINE;
}

void
http_put_cookie_line(struct http_writer *w, const struct http_cookie *c)
{
	http_put_text(w, c->http_only ? HTTP_ONLY : "");
	http_put_text(w, c->host_only ? "" : ".");
	http_put_span(w, c->domain);
	http_put_text(w, c->host_only ? "\tFALSE\t" : "\tTRUE\t");
	http_put_span(w, c->path);
	http_put_text(w, c->secure ? "\tTRUE\t" : "\tFALSE\t");
	http_put_number(w, c->persistent && c->expires > 0 ? (uint64_t)c->expires : 0, 10);
	http_put_text(w, "\t");
	http_put_span(w, c->name);
	http_put_text(w, "\t");
	http_put_span(w, c->value);
	http_put_text(w, "\n");
}
