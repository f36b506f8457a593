/*
 * get/parts/version.c - compares validators, lengths and ranges.
 */
#include "get/parts/version.h"

#include "http/semantics/date.h"
#include "http/semantics/etag.h"

enum { OLD_ENOUGH = 60 };

static struct http_span
value_of(const struct http_response *r, const char *name)
{
	const struct http_field *f = http_field_find(r->field, r->fields, name);

	return f ? f->value : (struct http_span){NULL, 0};
}

/* The strong ETag of @r, with its quotes; empty if there is none. */
static struct http_span
strong_etag(const struct http_response *r)
{
	struct http_etag e;

	if (!http_etag_read(value_of(r, "etag"), &e) || e.weak)
		return (struct http_span){NULL, 0};
	return e.tag;
}

/* Last-Modified of @r, if the file was not changed in the minute before the response. */
static struct http_span
strong_date(const struct http_response *r, int64_t now)
{
	struct http_span value = value_of(r, "last-modified");
	int64_t modified, made = now;

	http_date_read(value_of(r, "date"), now, &made);
	if (!http_date_read(value, now, &modified) || modified + OLD_ENOUGH > made)
		return (struct http_span){NULL, 0};
	return value;
}

/* Octets of the whole file, as a 206 or a 200 says. */
static bool
length_of(const struct http_response *r, uint64_t *length)
{
	struct http_content_range range;

	if (r->status == 206) {
		if (!http_content_range_read(value_of(r, "content-range"), &range) || !range.has_length)
			return false;
		*length = range.length;
		return true;
	}
	*length = r->framed.length;
	return r->framed.has_length;
}

static bool
keep(struct version *v, struct http_span validator, bool is_etag)
{
	if (validator.len == 0 || validator.len > sizeof v->validator)
		return false;
	memcpy(v->validator, validator.at, validator.len);
	v->validator_len = validator.len;
	v->is_etag = is_etag;
	return true;
}

bool
version_read(struct version *v, const struct http_response *r, int64_t now)
{
	struct version made = {0};

	if (!length_of(r, &made.length))
		return false;
	if (!keep(&made, strong_etag(r), true) && !keep(&made, strong_date(r, now), false))
		return false;
	*v = made;
	return true;
}

bool
version_is_part(
    const struct version *v, const struct http_response *r, const struct http_range *asked, const char **why)
{
	struct http_span now = v->is_etag ? strong_etag(r) : value_of(r, "last-modified");
	struct http_content_range range;

	if (r->status == 200)
		*why = "has changed on the server";
	else if (r->status != 206 || !http_content_range_read(value_of(r, "content-range"), &range) ||
		 !range.has_range)
		*why = "was not sent in parts";
	else if (!http_span_eq(now, version_validator(v)) || !range.has_length || range.length != v->length)
		*why = "has changed on the server";
	else if (range.range.first != asked->first || range.range.last != asked->last)
		*why = "came with other octets than were asked for";
	else
		return true;
	return false;
}

void
version_put(struct http_writer *w, const struct version *v)
{
	http_put_text(w, v->is_etag ? "etag " : "modified ");
	http_put_span(w, version_validator(v));
	http_put_text(w, "\n");
}

bool
version_read_line(struct version *v, struct http_span line)
{
	static const char *const kinds[] = {"modified ", "etag "};

	for (unsigned is_etag = 0; is_etag < 2; is_etag++) {
		size_t n = strlen(kinds[is_etag]);

		if (line.len > n && memcmp(line.at, kinds[is_etag], n) == 0)
			return keep(v, (struct http_span){line.at + n, line.len - n}, is_etag != 0);
	}
	return false;
}
