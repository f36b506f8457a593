/*
 * http/semantics/disposition.c - reads and writes the names in Content-Disposition.
 */
#include "http/semantics/disposition.h"

#include "http/message/octet.h"
#include "http/semantics/param.h"
#include "http/uri/percent.h"

/* Takes the octets before the next "'" off *@rest, and that "'". */
static bool
cut_apostrophe(struct http_span *rest, struct http_span *part)
{
	const char *at = rest->len > 0 ? memchr(rest->at, '\'', rest->len) : NULL;

	if (!at)
		return false;
	*part = (struct http_span){rest->at, (size_t)(at - rest->at)};
	rest->len -= part->len + 1;
	rest->at = at + 1;
	return true;
}

/*
 * Puts the octets of ISO-8859-1 in @w from @from on as UTF-8; the lowest two bits of 0xc2 are
 * theirs.
 */
static void
latin1_to_utf8(struct http_writer *w, size_t from)
{
	size_t wide = 0, to;

	for (size_t i = from; i < w->len; i++)
		wide += (uint8_t)w->at[i] >> 7;
	to = w->len + wide;
	for (size_t i = 0; i < wide; i++)
		http_put(w, "", 1);
	if (w->err)
		return;
	for (size_t i = to - wide; i-- > from;) {
		uint8_t octet = (uint8_t)w->at[i];

		w->at[--to] = (char)(octet < 0x80 ? octet : (octet & 0x3f) | 0x80);
		if (octet >= 0x80)
			w->at[--to] = (char)(0xc0 | octet >> 6);
	}
}

/* Puts an ext-value: UTF-8'en'%e2%82%ac (RFC 8187, 3.2.1). */
static bool
put_ext_value(struct http_writer *w, struct http_span value)
{
	struct http_span charset, language;
	size_t from = w->len;

	if (w->err || !cut_apostrophe(&value, &charset) || !cut_apostrophe(&value, &language))
		return false;
	if (!http_percent_valid(value) || value.len == 0)
		return false;
	if (!http_span_is(charset, "utf-8") && !http_span_is(charset, "iso-8859-1"))
		return false;
	http_percent_decode(w, value);
	if (!w->err && http_span_is(charset, "iso-8859-1"))
		latin1_to_utf8(w, from);
	return !w->err;
}

bool
http_disposition_name(struct http_writer *w, struct http_span value)
{
	struct http_span params = value;
	struct http_param p;

	http_param_begin(&params);
	if (http_param_find(params, "filename*", &p) && put_ext_value(w, p.value))
		return true;
	if (!http_param_find(params, "filename", &p) || p.value.len == 0)
		return false;
	http_put_param(w, &p);
	return !w->err;
}

bool
http_safe_name(struct http_span *name)
{
	struct http_span s = *name;

	for (size_t i = 0; i < name->len; i++) {
		if (name->at[i] == '/' || name->at[i] == '\\')
			s = (struct http_span){name->at + i + 1, name->len - i - 1};
		if ((uint8_t)name->at[i] < 0x20 || name->at[i] == 0x7f)
			return false;
	}
	if (s.len == 0 || http_span_is(s, ".") || http_span_is(s, ".."))
		return false;
	*name = s;
	return true;
}

/* Octets that every recipient reads as they are, between quotes. */
static bool
is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '%';
}

void
http_put_disposition(struct http_writer *w, const char *type, struct http_span name)
{
	bool plain = true;

	http_put_text(w, type);
	http_put_text(w, "; filename=\"");
	for (size_t i = 0; i < name.len; i++) {
		plain = plain && is_plain(name.at[i]);
		http_put(w, is_plain(name.at[i]) ? name.at + i : "_", 1);
	}
	http_put_text(w, "\"");
	if (plain)
		return;
	http_put_text(w, "; filename*=UTF-8''");
	http_percent_encode(w, name, HTTP_PLAIN_EXT_VALUE);
}
