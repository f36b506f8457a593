/*
 * http/message/start.c - reads start lines.
 */
#include "http/message/start.h"

#include "http/message/octet.h"

static const char *const method_names[] = {[HTTP_GET] = "GET",
    [HTTP_HEAD] = "HEAD",
    [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",
    [HTTP_DELETE] = "DELETE",
    [HTTP_CONNECT] = "CONNECT",
    [HTTP_OPTIONS] = "OPTIONS",
    [HTTP_TRACE] = "TRACE",
    [HTTP_PATCH] = "PATCH",
    [HTTP_METHOD_OTHER] = ""};

const char *
http_method_name(enum http_method m)
{
	return method_names[m];
}

enum http_method
http_method_of(struct http_span name)
{
	enum http_method m;

	for (m = HTTP_GET; m < HTTP_METHOD_OTHER; m++)
		if (http_span_eq(name, http_span_of(method_names[m])))
			break;
	return m;
}

/* The length of "HTTP/1.1", which every version of this form has. */
enum { VERSION_LEN = 8 };

/* Reads "HTTP/1.x" (RFC 9112, 2.3). */
static enum http_reason
read_version(struct http_span s, uint8_t *minor)
{
	if (s.len != VERSION_LEN || memcmp(s.at, "HTTP/", 5) != 0 || !http_is_digit(s.at[5]) ||
	    s.at[6] != '.' || !http_is_digit(s.at[7]))
		return HTTP_VERSION_BAD;
	if (s.at[5] != '1')
		return HTTP_VERSION_UNKNOWN;
	*minor = s.at[7] != '0';
	return HTTP_FINE;
}

static enum http_reason
read_method(struct http_span s, struct http_request *r)
{
	if (http_octet_run(s.at, s.len, HTTP_TCHAR) != s.len || s.len == 0)
		return HTTP_METHOD_BAD;
	if (s.len > HTTP_METHOD_MOST)
		return HTTP_METHOD_LONG;
	r->method_text = s;
	r->method = http_method_of(s);
	return HTTP_FINE;
}

/* The words of a request line, between which one space stands each (RFC 9112, 3). */
struct words {
	struct http_span method, target, version;
};

static enum http_reason
split(struct http_span line, struct words *w)
{
	const char *end = line.at + line.len;
	const char *a = memchr(line.at, ' ', line.len), *b;

	if (!a)
		return HTTP_REQUEST_LINE;
	w->method = (struct http_span){line.at, (size_t)(a - line.at)};
	b = memchr(a + 1, ' ', (size_t)(end - a - 1));
	if (!b) /* "GET /": HTTP/0.9 has no version */
		return a + 1 < end && a[1] == '/' ? HTTP_HTTP_09 : HTTP_REQUEST_LINE;
	w->target = (struct http_span){a + 1, (size_t)(b - a - 1)};
	w->version = (struct http_span){b + 1, (size_t)(end - b - 1)};
	if (w->target.len == 0 || memchr(b + 1, ' ', w->version.len))
		return HTTP_REQUEST_LINE;
	return HTTP_FINE;
}

/* Returns HTTP_HTTP2_PREFACE for the first line of what RFC 9113, 3.4, has a client send. */
static enum http_reason
refuse_preface(const struct words *w)
{
	bool is = http_span_eq(w->method, http_span_of("PRI")) &&
		  http_span_eq(w->target, http_span_of("*")) &&
		  http_span_eq(w->version, http_span_of("HTTP/2.0"));

	return is ? HTTP_HTTP2_PREFACE : HTTP_FINE;
}

enum http_reason
http_request_line(struct http_span line, size_t target_most, struct http_request *r)
{
	struct words w;
	enum http_reason why = split(line, &w);

	if (why || (why = refuse_preface(&w)) || (why = read_method(w.method, r)) ||
	    (why = read_version(w.version, &r->minor)))
		return why;
	if (w.target.len > target_most)
		return HTTP_TARGET_LONG;
	r->target = w.target;
	return http_target_split(r);
}

enum http_reason
http_status_line(struct http_span line, struct http_response *r)
{
	const char *p = line.at;
	enum http_reason why;

	if (line.len < VERSION_LEN)
		return HTTP_STATUS_LINE;
	why = read_version((struct http_span){p, VERSION_LEN}, &r->minor);
	if (why)
		return why;
	/* The space before an empty phrase must be sent; that it is missing misleads no one. */
	if (line.len < VERSION_LEN + 4 || p[8] != ' ' || (line.len > VERSION_LEN + 4 && p[12] != ' '))
		return HTTP_STATUS_LINE;
	if (p[9] < '1' || p[9] > '9' || !http_is_digit(p[10]) || !http_is_digit(p[11]))
		return HTTP_STATUS_CODE;
	r->status = (uint16_t)((p[9] - '0') * 100 + (p[10] - '0') * 10 + (p[11] - '0'));
	r->phrase = line.len > VERSION_LEN + 5 ? (struct http_span){p + 13, line.len - 13}
					       : (struct http_span){p + line.len, 0};
	return HTTP_FINE;
}
