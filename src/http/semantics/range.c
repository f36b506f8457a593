/*
 * http/semantics/range.c - reads, merges and writes ranges of octets.
 */
#include "http/semantics/range.h"

#include "http/message/octet.h"

/*
 * Ranges with fewer octets between them are sent as one: "\r\n--", a boundary, Content-Type and
 * Content-Range of a part take about as many (RFC 9110, 15.3.7.2).
 */
enum { GAP = 128 };

/* Takes digits off *@s; a number that is too large is UINT64_MAX. False if there are none. */
static bool
take_number(struct http_span *s, uint64_t *number)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < s->len && http_is_digit(s->at[i]); i++) {
		uint64_t digit = (uint64_t)(s->at[i] - '0');

		n = n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
	}
	s->at += i;
	s->len -= i;
	*number = n;
	return i > 0;
}

static bool
take_octet(struct http_span *s, char c)
{
	if (s->len == 0 || s->at[0] != c)
		return false;
	s->at++;
	s->len--;
	return true;
}

/* A range as it was asked for (RFC 9110, 14.1.1). */
struct spec {
	bool has_first, has_last;
	uint64_t first, last; /* if there is no @first, @last counts from the end */
};

static bool
read_spec(struct http_span s, struct spec *spec)
{
	spec->has_first = take_number(&s, &spec->first);
	if (!take_octet(&s, '-'))
		return false;
	spec->has_last = take_number(&s, &spec->last);
	if (s.len > 0 || (!spec->has_first && !spec->has_last))
		return false;
	return !spec->has_first || !spec->has_last || spec->first <= spec->last;
}

/* RFC 9110, 14.1.2. @length is not 0. */
static bool
satisfy(const struct spec *s, uint64_t length, struct http_range *r)
{
	if (!s->has_first) {
		*r = (struct http_range){s->last < length ? length - s->last : 0, length - 1};
		return s->last > 0;
	}
	*r = (struct http_range){s->first, s->has_last && s->last < length ? s->last : length - 1};
	return s->first < length;
}

static bool
near(const struct http_range *a, const struct http_range *b)
{
	uint64_t gap = a->first > b->last ? a->first - b->last : b->first > a->last ? b->first - a->last : 0;

	return gap <= GAP;
}

static void
join(struct http_range *a, const struct http_range *b)
{
	a->first = b->first < a->first ? b->first : a->first;
	a->last = b->last > a->last ? b->last : a->last;
}

/* Adds @r to the *@n at @range, of which no two are near each other, now and after that. */
static void
add(struct http_range *range, size_t *n, struct http_range r)
{
	size_t at = *n;

	for (size_t i = 0; i < *n; i++) {
		if (!near(&range[i], &r))
			continue;
		join(&r, &range[i]);
		at = i < at ? i : at;
		/* What was joined may be near one that was passed already. */
		memmove(range + i, range + i + 1, (*n - i - 1) * sizeof *range);
		(*n)--;
		i = (size_t)-1;
	}
	memmove(range + at + 1, range + at, (*n - at) * sizeof *range);
	range[at] = r;
	(*n)++;
}

/* "bytes=" (RFC 9110, 14.1 and 14.2); units have no case. */
static bool
take_unit(struct http_span *value, const char *unit)
{
	size_t len = strlen(unit);

	if (value->len < len || !http_span_is((struct http_span){value->at, len}, unit))
		return false;
	value->at += len;
	value->len -= len;
	return true;
}

enum http_ranges
http_ranges(struct http_span value, uint64_t length, struct http_range *range, size_t most, size_t *n)
{
	size_t specs = 0, kept = 0;
	struct http_span element;

	if (!take_unit(&value, "bytes="))
		return HTTP_RANGES_NONE;
	while (http_list_next(&value, &element)) {
		struct http_range r;
		struct spec s;

		if (++specs > most || !read_spec(element, &s))
			return HTTP_RANGES_NONE;
		if (length == 0 && !s.has_first && s.last > 0) /* satisfied, by nothing: no 206 can say so */
			return HTTP_RANGES_NONE;
		if (length > 0 && satisfy(&s, length, &r))
			add(range, &kept, r);
	}
	if (specs == 0)
		return HTTP_RANGES_NONE;
	*n = kept;
	return kept > 0 ? HTTP_RANGES_PART : HTTP_RANGES_UNSATISFIABLE;
}

void
http_put_content_range(struct http_writer *w, const struct http_range *r, uint64_t length)
{
	http_put_text(w, "bytes ");
	http_put_number(w, r->first, 10);
	http_put_text(w, "-");
	http_put_number(w, r->last, 10);
	http_put_text(w, "/");
	http_put_number(w, length, 10);
}

void
http_put_unsatisfied_range(struct http_writer *w, uint64_t length)
{
	http_put_text(w, "bytes */");
	http_put_number(w, length, 10);
}

bool
http_content_range_read(struct http_span value, struct http_content_range *r)
{
	struct http_content_range c = {0};

	if (!take_unit(&value, "bytes "))
		return false;
	c.has_range = !take_octet(&value, '*');
	if (c.has_range && (!take_number(&value, &c.range.first) || !take_octet(&value, '-') ||
			       !take_number(&value, &c.range.last)))
		return false;
	if (!take_octet(&value, '/'))
		return false;
	c.has_length = !take_octet(&value, '*');
	if (c.has_length && !take_number(&value, &c.length))
		return false;
	if (value.len > 0 || (!c.has_range && !c.has_length) || c.range.first > c.range.last)
		return false;
	if (c.has_range && (c.range.last == UINT64_MAX || (c.has_length && c.range.last >= c.length)))
		return false;
	*r = c;
	return true;
}
