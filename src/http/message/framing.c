/*
 * http/message/framing.c - Content-Length, Transfer-Encoding, Connection, Host, Expect and Upgrade.
 */
#include "http/message/framing.h"

#include "http/message/octet.h"
#include "http/message/start.h"

/* The fields of one head that concern its framing. */
struct seen {
	const struct http_field *host, *length, *upgrade; /* the first of each */
	unsigned hosts, lengths, codings;                 /* lines of each */
	unsigned chunked, others;                         /* elements of Transfer-Encoding */
	bool last_chunked;
	bool close, keep_alive, upgraded; /* options in Connection */
	bool expect_continue, expect_other;
};

/*
 * Fields that a Connection field may not name. Who forwards a message drops what Connection names
 * (RFC 9110, 7.6.1), so a client could have these dropped after they were checked.
 */
static const char *const end_to_end[] = {"host", "content-length", "transfer-encoding", "content-type",
    "content-encoding", "content-range", "cache-control", "authorization", "cookie", "set-cookie", "date",
    "expect", "range", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"};

static bool
is_one_of(struct http_span name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (http_span_is(name, list[i]))
			return true;
	return false;
}

static enum http_reason
see_connection(struct seen *s, struct http_span value)
{
	struct http_span option;

	while (http_list_next(&value, &option)) {
		if (http_span_is(option, "close"))
			s->close = true;
		else if (http_span_is(option, "keep-alive"))
			s->keep_alive = true;
		else if (http_span_is(option, "upgrade"))
			s->upgraded = true;
		else if (is_one_of(option, end_to_end, sizeof end_to_end / sizeof end_to_end[0]))
			return HTTP_CONNECTION_NAMES;
	}
	return HTTP_FINE;
}

/* Several lines are one list (RFC 9110, 5.3). */
static void
see_coding(struct seen *s, struct http_span value)
{
	struct http_span coding;

	s->codings++;
	while (http_list_next(&value, &coding)) {
		s->last_chunked = http_span_is(coding, "chunked");
		s->chunked += s->last_chunked;
		s->others += !s->last_chunked;
	}
}

static void
see_expect(struct seen *s, struct http_span value)
{
	if (http_span_is(value, "100-continue"))
		s->expect_continue = true;
	else
		s->expect_other = true;
}

/* Takes note of @f, if it is one of the six. Their lengths differ, so most names need no look. */
static enum http_reason
see(struct seen *s, const struct http_field *f)
{
	switch (f->name.len) {
	case 4:
		if (http_span_is(f->name, "host") && s->hosts++ == 0)
			s->host = f;
		break;
	case 6:
		if (http_span_is(f->name, "expect"))
			see_expect(s, f->value);
		break;
	case 7:
		if (http_span_is(f->name, "upgrade") && !s->upgrade)
			s->upgrade = f;
		break;
	case 10:
		if (http_span_is(f->name, "connection"))
			return see_connection(s, f->value);
		break;
	case 14:
		if (http_span_is(f->name, "content-length") && s->lengths++ == 0)
			s->length = f;
		break;
	case 17:
		if (http_span_is(f->name, "transfer-encoding"))
			see_coding(s, f->value);
		break;
	default:
		break;
	}
	return HTTP_FINE;
}

static enum http_reason
see_all(struct seen *s, const struct http_field *field, uint32_t n)
{
	enum http_reason why = HTTP_FINE;

	for (uint32_t i = 0; i < n && !why; i++)
		why = see(s, &field[i]);
	return why;
}

/* RFC 9110, 8.6: digits alone; no sign, no list, no space. */
static enum http_reason
read_length(struct http_span s, uint64_t *out)
{
	uint64_t n = 0;

	if (memchr(s.at, ',', s.len))
		return HTTP_LENGTH_LIST;
	if (s.len == 0 || http_octet_run(s.at, s.len, HTTP_TCHAR) != s.len)
		return HTTP_LENGTH_BAD;
	for (size_t i = 0; i < s.len; i++) {
		if (!http_is_digit(s.at[i]))
			return HTTP_LENGTH_BAD;
		if (n > (INT64_MAX - 9) / 10)
			return HTTP_LENGTH_OVERFLOW;
		n = n * 10 + (unsigned)(s.at[i] - '0');
	}
	*out = n;
	return HTTP_FINE;
}

static enum http_reason
frame_coding(const struct seen *s, uint8_t minor, struct http_framed *out)
{
	if (minor == 0)
		return HTTP_CODING_IN_10;
	if (s->lengths > 0)
		return HTTP_LENGTH_AND_CODING;
	if (!s->last_chunked)
		return HTTP_CODING_NOT_CHUNKED;
	if (s->chunked > 1)
		return HTTP_CODING_TWICE;
	if (s->others > 0)
		return HTTP_CODING_UNKNOWN;
	out->framing = HTTP_BODY_CHUNKED;
	return HTTP_FINE;
}

static enum http_reason
frame_length(const struct seen *s, struct http_framed *out)
{
	enum http_reason why;

	if (s->lengths > 1)
		return HTTP_LENGTH_LIST;
	why = read_length(s->length->value, &out->length);
	if (why)
		return why;
	out->has_length = true;
	out->framing = out->length > 0 ? HTTP_BODY_LENGTH : HTTP_NO_BODY;
	return HTTP_FINE;
}

/* What both kinds of message have in common; without either field, *@out stays as it was. */
static enum http_reason
frame_content(const struct seen *s, uint8_t minor, struct http_framed *out)
{
	if (s->codings > 0)
		return frame_coding(s, minor, out);
	return s->lengths > 0 ? frame_length(s, out) : HTTP_FINE;
}

static bool
lasts(const struct seen *s, uint8_t minor)
{
	return !s->close && (minor > 0 || s->keep_alive);
}

static struct http_span
upgrade_of(const struct seen *s, uint8_t minor)
{
	return minor > 0 && s->upgraded && s->upgrade ? s->upgrade->value : (struct http_span){NULL, 0};
}

/*
 * RFC 9112, 3.2: a request of HTTP/1.1 has one Host field. Its value counts unless the target is
 * absolute (3.2.2), but must be well-formed in any case.
 */
static enum http_reason
frame_host(const struct seen *s, struct http_request *r)
{
	if (s->hosts > 1)
		return HTTP_HOST_TWICE;
	if (s->hosts == 0)
		return r->minor > 0 ? HTTP_HOST_MISSING : HTTP_FINE;
	if (s->host->value.len > 0 && !http_authority_valid(s->host->value, false))
		return HTTP_HOST_BAD;
	if (r->form == HTTP_FORM_ORIGIN || r->form == HTTP_FORM_ASTERISK)
		r->authority = s->host->value;
	return HTTP_FINE;
}

enum http_reason
http_frame_request(struct http_request *r)
{
	struct seen s = {0};
	struct http_framed *f = &r->framed;
	enum http_reason why;

	*f = (struct http_framed){.framing = HTTP_NO_BODY};
	if ((why = see_all(&s, r->field, r->fields)) || (why = frame_host(&s, r)) ||
	    (why = frame_content(&s, r->minor, f)))
		return why;
	if (r->method == HTTP_CONNECT && f->framing != HTTP_NO_BODY)
		return HTTP_CONNECT_BODY;
	if (s.expect_other && r->minor > 0)
		return HTTP_EXPECT_UNKNOWN;
	f->persistent = lasts(&s, r->minor);
	f->expect_continue = s.expect_continue && r->minor > 0 && f->framing != HTTP_NO_BODY;
	f->upgrade = upgrade_of(&s, r->minor);
	return HTTP_FINE;
}

/* RFC 9112, 6.3, rules 1 and 2: these end with the head, whatever their fields say. */
static bool
has_no_content(const struct http_response *r, enum http_method asked)
{
	return asked == HTTP_HEAD || r->status < 200 || r->status == 204 || r->status == 304 ||
	       (asked == HTTP_CONNECT && r->status < 300);
}

enum http_reason
http_frame_response(struct http_response *r, enum http_method asked)
{
	struct seen s = {0};
	struct http_framed *f = &r->framed;
	enum http_reason why = see_all(&s, r->field, r->fields);

	*f = (struct http_framed){.framing = HTTP_NO_BODY};
	if (why)
		return why;
	f->persistent = lasts(&s, r->minor);
	f->upgrade = upgrade_of(&s, r->minor);
	if (has_no_content(r, asked)) {
		f->has_length = s.lengths == 1 && read_length(s.length->value, &f->length) == HTTP_FINE;
		return HTTP_FINE;
	}
	f->framing = HTTP_BODY_CLOSE;
	why = frame_content(&s, r->minor, f);
	f->persistent &= f->framing != HTTP_BODY_CLOSE;
	return why;
}

bool
http_not_in_trailer(struct http_span name)
{
	static const char *const forbidden[] = {"transfer-encoding", "content-length", "host", "connection",
	    "trailer", "te", "expect", "upgrade", "content-encoding", "content-type", "content-range",
	    "authorization", "cookie", "set-cookie", "cache-control", "range"};

	return is_one_of(name, forbidden, sizeof forbidden / sizeof forbidden[0]);
}
