/*
 * http/message/writer.c - appends octets, and refuses those that a recipient would read as more
 * than was meant.
 */
#include "http/message/writer.h"

#include "http/message/octet.h"
#include "http/message/scan.h"
#include "http/message/status.h"

#include "base/err.h"

void
http_put(struct http_writer *w, const char *at, size_t n)
{
	if (w->err)
		return;
	if (n > w->most - w->len) {
		w->err = -LEAT_ENOBUFS;
		return;
	}
	if (n > 0)
		memcpy(w->at + w->len, at, n);
	w->len += n;
}

void
http_put_text(struct http_writer *w, const char *text)
{
	http_put(w, text, strlen(text));
}

void
http_put_span(struct http_writer *w, struct http_span s)
{
	http_put(w, s.at, s.len);
}

void
http_put_number(struct http_writer *w, uint64_t n, unsigned base)
{
	char digits[20];
	size_t at = sizeof digits;

	do {
		digits[--at] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n > 0);
	http_put(w, digits + at, sizeof digits - at);
}

static void
need(struct http_writer *w, bool holds)
{
	if (!w->err && !holds)
		w->err = -LEAT_EINVAL;
}

static bool
is_token(struct http_span s)
{
	return s.len > 0 && http_octet_run(s.at, s.len, HTTP_TCHAR) == s.len;
}

bool
http_value_valid(struct http_span s)
{
	return http_span_trim(s).len == s.len &&
	       (s.len == 0 || http_scan(s.at, s.at + s.len) == s.at + s.len);
}

void
http_write_status(struct http_writer *w, unsigned status)
{
	need(w, status >= 100 && status <= 999);
	http_put_text(w, "HTTP/1.1 ");
	http_put_number(w, status, 10);
	http_put_text(w, " ");
	http_put_span(w, http_status_phrase(status));
	http_put_text(w, "\r\n");
}

void
http_write_request(struct http_writer *w, struct http_span method, struct http_span target)
{
	need(w, is_token(method));
	need(w, target.len > 0 && http_octet_run(target.at, target.len, HTTP_TARGET) == target.len);
	http_put_span(w, method);
	http_put_text(w, " ");
	http_put_span(w, target);
	http_put_text(w, " HTTP/1.1\r\n");
}

void
http_write_field(struct http_writer *w, struct http_span name, struct http_span value)
{
	need(w, is_token(name) && http_value_valid(value));
	http_put_span(w, name);
	http_put_text(w, ": ");
	http_put_span(w, value);
	http_put_text(w, "\r\n");
}

void
http_write_text_field(struct http_writer *w, const char *name, const char *value)
{
	http_write_field(w, http_span_of(name), http_span_of(value));
}

void
http_write_number_field(struct http_writer *w, const char *name, uint64_t value)
{
	need(w, is_token(http_span_of(name)));
	http_put_text(w, name);
	http_put_text(w, ": ");
	http_put_number(w, value, 10);
	http_put_text(w, "\r\n");
}

void
http_write_fields(struct http_writer *w, const struct http_field *field, size_t n)
{
	for (size_t i = 0; i < n; i++)
		http_write_field(w, field[i].name, field[i].value);
}

void
http_write_built(struct http_writer *w, struct http_span lines)
{
	http_put_span(w, lines);
}

void
http_write_end(struct http_writer *w)
{
	http_put_text(w, "\r\n");
}

void
http_write_chunk_line(struct http_writer *w, uint64_t len)
{
	http_put_number(w, len, 16);
	http_put_text(w, "\r\n");
}

void
http_write_last_chunk(struct http_writer *w, const struct http_field *trailer, size_t n)
{
	http_put_text(w, "0\r\n");
	http_write_fields(w, trailer, n);
	http_write_end(w);
}
