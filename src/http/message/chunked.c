/*
 * http/message/chunked.c - an octet at a time over what stands between the chunks' contents.
 */
#include "http/message/chunked.h"

#include "http/message/octet.h"

enum chunk_state {
	CHUNK_SIZE,     /* digits of the size */
	CHUNK_BLANK,    /* space before ";" */
	CHUNK_EXT_NAME, /* after ";": a name must begin */
	CHUNK_EXT,      /* within extensions */
	CHUNK_SIZE_LF,  /* after the CR of the size's line */
	CHUNK_CONTENT,  /* content; then CR */
	CHUNK_LF,       /* after the CR that follows the content */
};

/* RFC 9112, 7.1: "Recipients MUST anticipate potentially large hexadecimal numerals". */
enum { DIGITS_MOST = 16 };

static bool
is_blank(char o)
{
	return o == ' ' || o == '\t';
}

static enum http_reason
after_size(struct http_chunked *c, char o)
{
	if (c->digits == 0)
		return HTTP_CHUNK_SIZE;
	if (o == '\r')
		c->state = CHUNK_SIZE_LF;
	else if (o == ';')
		c->state = CHUNK_EXT_NAME;
	else if (is_blank(o))
		c->state = CHUNK_BLANK;
	else
		return o == '\n' ? HTTP_BARE_LF : HTTP_CHUNK_SIZE;
	return HTTP_FINE;
}

static enum http_reason
on_size(struct http_chunked *c, char o)
{
	int digit = http_hex(o);

	if (digit < 0)
		return after_size(c, o);
	if (++c->digits > DIGITS_MOST || c->left > (uint64_t)INT64_MAX >> 4)
		return HTTP_CHUNK_OVERFLOW;
	c->left = c->left << 4 | (unsigned)digit;
	return HTTP_FINE;
}

/* RFC 9112, 7.1.1: white space before ";" and after it, then a token. */
static enum http_reason
on_ext_start(struct http_chunked *c, char o)
{
	if (is_blank(o))
		return HTTP_FINE;
	if (c->state == CHUNK_BLANK && o == ';')
		c->state = CHUNK_EXT_NAME;
	else if (c->state == CHUNK_EXT_NAME && http_octet_is(o, HTTP_TCHAR))
		c->state = CHUNK_EXT;
	else
		return o == '\n' ? HTTP_BARE_LF : HTTP_CHUNK_EXTENSION;
	return HTTP_FINE;
}

static enum http_reason
on_ext(struct http_chunked *c, char o)
{
	if (o == '\r')
		c->state = CHUNK_SIZE_LF;
	else if (!http_octet_is(o, HTTP_VALUE))
		return o == '\n' ? HTTP_BARE_LF : HTTP_CHUNK_EXTENSION;
	return HTTP_FINE;
}

/* One octet of a size's line before its LF. */
static enum http_reason
on_size_line(struct http_chunked *c, char o, uint32_t extra_most)
{
	if (c->state == CHUNK_SIZE)
		return on_size(c, o);
	if (o != '\r' && ++c->extra > extra_most)
		return HTTP_CHUNK_EXTENSIONS;
	return c->state == CHUNK_EXT ? on_ext(c, o) : on_ext_start(c, o);
}

/* One octet after a chunk's content. */
static enum http_reason
on_end(struct http_chunked *c, char o)
{
	if (c->state == CHUNK_CONTENT) {
		c->state = CHUNK_LF;
		return o == '\r' ? HTTP_FINE : HTTP_CHUNK_END;
	}
	*c = (struct http_chunked){.extra = c->extra};
	return o == '\n' ? HTTP_FINE : HTTP_CHUNK_END;
}

enum http_chunk
http_chunked_next(struct http_chunked *c, const char *at, size_t n, uint32_t extra_most, size_t *used,
    enum http_reason *why)
{
	for (size_t i = 0;; i++) {
		*used = i;
		if (c->state == CHUNK_CONTENT && c->left > 0)
			return HTTP_CHUNK_DATA;
		if (i == n)
			return HTTP_CHUNK_MORE;
		if (c->state >= CHUNK_CONTENT) {
			*why = on_end(c, at[i]);
		} else if (c->state != CHUNK_SIZE_LF) {
			*why = on_size_line(c, at[i], extra_most);
		} else {
			*why = at[i] == '\n' ? HTTP_FINE : HTTP_BARE_CR;
			c->state = CHUNK_CONTENT;
			if (!*why && c->left == 0) {
				*used = i + 1;
				return HTTP_CHUNK_LAST;
			}
		}
		if (*why)
			return HTTP_CHUNK_BAD;
	}
}
