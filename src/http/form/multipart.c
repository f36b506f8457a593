/*
 * http/form/multipart.c - finds the boundaries in the content of a form.
 *
 * A boundary has no CR in it. So if octets begin like a delimiter but do not end like one, the
 * search goes on with the first octet that differs. The octets before it are data. The parser needs
 * no copy of them, because they equal the beginning of the delimiter.
 */
#include "http/form/multipart.h"

#include "http/form/part_head.h"
#include "http/message/octet.h"
#include "http/semantics/media_type.h"
#include "http/semantics/param.h"

enum part_state {
	PREAMBLE,  /* before the first delimiter; what stands there means nothing */
	DELIMITER, /* after a delimiter: "--", or blanks and the end of the line */
	DASH,      /* after "-" */
	LINE_END,  /* after CR */
	HEAD,
	DATA,
	LEFT, /* the part has ended, which has not been reported */
	OVER,
	BAD
};

static enum http_multipart_event
refuse(struct http_multipart *m, enum http_multipart_reason why)
{
	m->reason = why;
	m->state = BAD;
	return HTTP_MULTIPART_BAD;
}

/* bchars of RFC 2046, 5.1.1; those that are no part of a token are  ( ) , / : = ? and a space. */
static bool
boundary_valid(struct http_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!http_octet_is(s.at[i], HTTP_TCHAR) && !http_octet_in(s.at[i], "(),/:=? "))
			return false;
	return s.len > 0 && s.len <= HTTP_BOUNDARY_MOST && s.at[s.len - 1] != ' ';
}

bool
http_multipart_begin(
    struct http_multipart *m, struct http_span type, char *head, uint32_t head_most, uint32_t parts_most)
{
	struct http_span params;
	bool is_form = http_span_is(http_content_type(type, &params), "multipart/form-data");
	struct http_param p;

	*m = (struct http_multipart){.head = head, .head_most = head_most, .parts_most = parts_most};
	if (!is_form || !http_param_find(params, "boundary", &p) || !boundary_valid(p.value)) {
		refuse(m, HTTP_MULTIPART_TYPE);
		return false;
	}
	memcpy(m->delimiter, "\r\n--", 4);
	memcpy(m->delimiter + 4, p.value.at, p.value.len);
	m->delimiter_len = (uint8_t)(4 + p.value.len);
	m->matched = m->lent = 2; /* the first line needs no CR LF before it */
	return true;
}

/* Octets at the start of the @n at @at that match on; false if one does not. */
static bool
match_on(struct http_multipart *m, const char *at, size_t n, size_t *used)
{
	size_t i = 0;

	while (i < n && m->matched < m->delimiter_len && at[i] == m->delimiter[m->matched]) {
		m->matched++;
		i++;
	}
	*used = i;
	return i == n || m->matched == m->delimiter_len;
}

/*
 * Searches the delimiter. Octets before it are *@data, in the input or, if they had matched in
 * part, in the delimiter. Returns false if all octets were used and none is data.
 */
static bool
search(struct http_multipart *m, const char *at, size_t n, size_t *used, struct http_span *data)
{
	const char *cr;

	*data = (struct http_span){0};
	if (m->matched > 0) {
		uint8_t had = m->matched;

		if (match_on(m, at, n, used))
			return m->matched == m->delimiter_len;
		*data = (struct http_span){m->delimiter + m->lent, had + *used - m->lent};
		m->matched = m->lent = 0;
		return true;
	}
	cr = n > 0 ? memchr(at, '\r', n) : NULL;
	*used = cr ? (size_t)(cr - at) + 1 : n;
	m->matched = cr != NULL;
	*data = (struct http_span){at, cr ? *used - 1 : n};
	return data->len > 0;
}

static enum http_multipart_event
next_data(struct http_multipart *m, const char *at, size_t n, size_t *used)
{
	struct http_span data;

	if (!search(m, at, n, used, &data))
		return HTTP_MULTIPART_MORE;
	if (m->matched == m->delimiter_len) {
		m->state = m->state == DATA ? LEFT : DELIMITER;
		m->matched = 0;
	}
	if (m->state != DATA || data.len == 0)
		return HTTP_MULTIPART_MORE;
	m->data = data;
	return HTTP_MULTIPART_DATA;
}

/* After a delimiter (RFC 2046, 5.1.1). */
static enum http_multipart_event
next_of_line(struct http_multipart *m, const char *at, size_t *used)
{
	*used = 1;
	if (m->state == DASH && *at == '-') {
		m->state = OVER;
		return HTTP_MULTIPART_END;
	}
	if (m->state == LINE_END && *at == '\n') {
		if (++m->parts > m->parts_most)
			return refuse(m, HTTP_MULTIPART_PARTS_MANY);
		m->head_len = 0;
		m->state = HEAD;
		return HTTP_MULTIPART_MORE;
	}
	if (m->state != DELIMITER || !http_octet_in(*at, "-\r \t"))
		return refuse(m, HTTP_MULTIPART_DELIMITER);
	if (*at == '-' && m->matched == 0)
		m->state = DASH;
	else if (*at == '\r')
		m->state = LINE_END;
	else if (*at == '-')
		return refuse(m, HTTP_MULTIPART_DELIMITER);
	else
		m->matched = 1; /* a blank: no "--" can follow */
	return HTTP_MULTIPART_MORE;
}

/* True if the head ends with an empty line. */
static bool
head_ended(const struct http_multipart *m)
{
	const char *end = m->head + m->head_len;

	return (m->head_len == 2 && memcmp(m->head, "\r\n", 2) == 0) ||
	       (m->head_len >= 4 && memcmp(end - 4, "\r\n\r\n", 4) == 0);
}

static enum http_multipart_event
next_head(struct http_multipart *m, const char *at, size_t n, size_t *used)
{
	enum http_multipart_reason why;

	for (*used = 0; *used < n;) {
		if (m->head_len == m->head_most)
			return refuse(m, HTTP_MULTIPART_HEAD_LARGE);
		m->head[m->head_len++] = at[(*used)++];
		if (!head_ended(m))
			continue;
		why = http_part_head(m->head, m->head_len, &m->part);
		if (why != HTTP_MULTIPART_FINE)
			return refuse(m, why);
		m->state = DATA;
		m->matched = m->lent = 2; /* of a part without data: the CR LF of the empty line */
		return HTTP_MULTIPART_PART;
	}
	return HTTP_MULTIPART_MORE;
}

static enum http_multipart_event
step(struct http_multipart *m, const char *at, size_t n, size_t *used)
{
	*used = 0;
	switch ((enum part_state)m->state) {
	case LEFT:
		m->state = DELIMITER;
		return HTTP_MULTIPART_DONE;
	case BAD:
		return HTTP_MULTIPART_BAD;
	case OVER:
		return HTTP_MULTIPART_END;
	case HEAD:
		return next_head(m, at, n, used);
	case PREAMBLE:
	case DATA:
		return next_data(m, at, n, used);
	default:
		return n > 0 ? next_of_line(m, at, used) : HTTP_MULTIPART_MORE;
	}
}

enum http_multipart_event
http_multipart_next(struct http_multipart *m, const char *at, size_t n, size_t *used)
{
	enum http_multipart_event e;
	size_t total = 0, one;

	do {
		e = step(m, at + total, n - total, &one);
		total += one;
	} while (e == HTTP_MULTIPART_MORE && (total < n || m->state == LEFT));
	*used = total;
	return e;
}

enum http_multipart_event
http_multipart_eof(struct http_multipart *m)
{
	if (m->state == OVER)
		return HTTP_MULTIPART_END;
	return m->state == BAD ? HTTP_MULTIPART_BAD : refuse(m, HTTP_MULTIPART_CUT);
}

static const struct {
	const char *words, *source;
} reasons[HTTP_MULTIPART_REASONS] = {
    {"", ""},
#define X(name, words, source) {words, source},
#include "http/form/multipart_reasons.h"
#undef X
};

const char *
http_multipart_words(enum http_multipart_reason r)
{
	return reasons[r].words;
}

const char *
http_multipart_source(enum http_multipart_reason r)
{
	return reasons[r].source;
}
