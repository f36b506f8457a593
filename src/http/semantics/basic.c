/*
 * http/semantics/basic.c - base64 (RFC 4648, 4) of a user and a password, and challenges.
 */
#include "http/semantics/basic.h"

#include "http/message/octet.h"
#include "http/semantics/param.h"

#include "base/err.h"

static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
http_put_basic_challenge(struct http_writer *w, struct http_span realm)
{
	http_put_text(w, "Basic realm=");
	http_put_quoted(w, realm);
	http_put_text(w, ", charset=\"UTF-8\"");
}

/* Octets on their way to base64: up to three. */
struct group {
	uint32_t bits;
	unsigned n;
};

static void
put_group(struct http_writer *w, struct group *g)
{
	char text[4];

	g->bits <<= 8 * (3 - g->n);
	for (unsigned i = 0; i < 4; i++)
		text[i] = i <= g->n ? digit[g->bits >> (18 - 6 * i) & 63] : '=';
	http_put(w, text, sizeof text);
	*g = (struct group){0};
}

static void
put_base64(struct http_writer *w, struct group *g, struct http_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		g->bits = g->bits << 8 | (uint8_t)s.at[i];
		if (++g->n == 3)
			put_group(w, g);
	}
}

void
http_put_basic(struct http_writer *w, struct http_span user, struct http_span password)
{
	struct group g = {0};

	if (!w->err && user.len > 0 && memchr(user.at, ':', user.len))
		w->err = -LEAT_EINVAL;
	http_put_text(w, "Basic ");
	put_base64(w, &g, user);
	put_base64(w, &g, http_span_of(":"));
	put_base64(w, &g, password);
	if (g.n > 0)
		put_group(w, &g);
}

/* The value of a digit of base64, or -1. */
static int
value_of(char c)
{
	const char *at = c ? strchr(digit, c) : NULL;

	return at ? (int)(at - digit) : -1;
}

/* Puts what @s, without its "=", stands for. Returns false if it is malformed. */
static bool
put_decoded(struct http_writer *w, struct http_span s)
{
	uint32_t bits = 0;

	if (s.len % 4 == 1)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int value = value_of(s.at[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4 > 0)
			http_put(w, &(char){(char)(bits >> (6 - i % 4 * 2))}, 1);
	}
	return !w->err;
}

/* Takes "Basic" and the spaces after it off @value. */
static bool
take_scheme(struct http_span *value)
{
	if (value->len < 6 || value->at[5] != ' ' || !http_span_is((struct http_span){value->at, 5}, "basic"))
		return false;
	*value = http_span_trim((struct http_span){value->at + 5, value->len - 5});
	return true;
}

bool
http_basic_read(
    struct http_span value, char *to, size_t most, struct http_span *user, struct http_span *password)
{
	struct http_writer w = http_writer(to, most);
	const char *colon;

	if (!take_scheme(&value))
		return false;
	for (unsigned i = 0; i < 2 && value.len > 0 && value.at[value.len - 1] == '='; i++)
		value.len--;
	if (!put_decoded(&w, value))
		return false;
	for (size_t i = 0; i < w.len; i++)
		if ((uint8_t)to[i] < 0x20 || to[i] == 0x7f)
			return false;
	colon = w.len > 0 ? memchr(to, ':', w.len) : NULL;
	if (!colon)
		return false;
	*user = (struct http_span){to, (size_t)(colon - to)};
	*password = (struct http_span){colon + 1, w.len - user->len - 1};
	return true;
}

/*
 * Cuts the scheme off an element with which a challenge begins: "Basic realm=x", or "Negotiate".
 * Other elements are parameters of the challenge before them: "realm=x", "realm = x".
 */
static bool
begins_challenge(struct http_span *element, struct http_span *scheme)
{
	size_t token = http_octet_run(element->at, element->len, HTTP_TCHAR);
	struct http_span rest = http_span_trim((struct http_span){element->at + token, element->len - token});

	if (token == 0 || (rest.len > 0 && (rest.at[0] == '=' || rest.at == element->at + token)))
		return false;
	*scheme = (struct http_span){element->at, token};
	*element = rest;
	return true;
}

bool
http_challenge_realm(struct http_writer *w, struct http_span value, const char *scheme)
{
	struct http_span element, name;
	bool found = false;
	struct http_param p;

	while (http_element_next(&value, &element)) {
		if (begins_challenge(&element, &name)) {
			if (found)
				return true;
			found = http_span_is(name, scheme);
		}
		if (!found || !http_param_find(element, "realm", &p))
			continue;
		http_put_param(w, &p);
		return true;
	}
	return found;
}
