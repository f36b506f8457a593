/*
 * dns/resolvconf.c - parses resolv.conf(5) word by word, in place, so that lines may have any
 * length. It opens no file.
 */
#include "dns/resolvconf.h"

#include <stdlib.h>
#include <string.h>

struct conf_word {
	const char *at;
	size_t len;
};

enum { NUMBER_MOST = 9, ADDRESS_MOST = 64 };

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/*
 * Returns the next word of the line and moves @at to its end. The word is empty at the end of the
 * line. A word that begins with one of @comments ends the line.
 */
static struct conf_word
next_word(const char **at, const char *end, const char *comments)
{
	struct conf_word w;

	while (*at < end && is_space(**at))
		++*at;
	w.at = *at;
	while (*at < end && !is_space(**at) && **at && !strchr(comments, **at))
		++*at;
	w.len = (size_t)(*at - w.at);
	return w;
}

static bool
word_is(const struct conf_word *w, const char *text)
{
	return w->len == strlen(text) && memcmp(w->at, text, w->len) == 0;
}

/* IPv4 addresses may have the C library's old forms: 127.1 is 127.0.0.1. */
static bool
parse_address(const char *text, struct ipaddr *out)
{
	unsigned long part[4], most = 0xff;
	uint32_t number = 0;
	unsigned n = 0;
	char *end;

	if (ipaddr_parse(text, out) == 0)
		return true;
	do {
		if (n == 4 || *text < '0' || *text > '9')
			return false;
		part[n++] = strtoul(text, &end, 0);
		text = end + 1;
	} while (*end == '.');
	if (*end)
		return false;
	for (unsigned i = 0; i + 1 < n; i++) {
		if (part[i] > 0xff)
			return false;
		number |= (uint32_t)part[i] << (24 - 8 * i);
	}
	most = 0xffffffff >> (8 * (n - 1));
	if (part[n - 1] > most)
		return false;
	*out = ipaddr_v4(number | (uint32_t)part[n - 1]);
	return true;
}

static void
take_server(struct resolvconf *out, const char *at, const char *end)
{
	struct conf_word w = next_word(&at, end, ";#");
	struct resolvconf_server *s = &out->server[out->servers];
	char text[ADDRESS_MOST], *scope;

	if (out->servers == RESOLVCONF_SERVERS || w.len == 0 || w.len >= sizeof text)
		return;
	memcpy(text, w.at, w.len);
	text[w.len] = '\0';
	scope = strchr(text, '%');
	if (scope)
		*scope++ = '\0';
	if ((scope && strlen(scope) >= sizeof s->scope) || !parse_address(text, &s->addr))
		return;
	memset(s->scope, 0, sizeof s->scope);
	if (scope)
		memcpy(s->scope, scope, strlen(scope));
	out->servers++;
}

/*
 * Returns the number after @name in an option such as "timeout:3", at least 1 and at most @max; or
 * @value if the word is another option.
 */
static unsigned
take_number(const struct conf_word *w, const char *name, unsigned max, unsigned value)
{
	size_t n = strlen(name);
	unsigned number = 0;

	if (w->len <= n || memcmp(w->at, name, n) != 0)
		return value;
	for (size_t i = n; i < w->len && i < n + NUMBER_MOST && w->at[i] >= '0' && w->at[i] <= '9'; i++)
		number = number * 10 + (unsigned)(w->at[i] - '0');
	if (number == 0)
		return 1;
	return number < max ? number : max;
}

static void
take_options(struct resolvconf *out, const char *at, const char *end)
{
	for (;;) {
		struct conf_word w = next_word(&at, end, "");

		if (w.len == 0)
			return;
		out->timeout = take_number(&w, "timeout:", RESOLVCONF_TIMEOUT_MAX, out->timeout);
		out->attempts = take_number(&w, "attempts:", RESOLVCONF_ATTEMPTS_MAX, out->attempts);
		if (word_is(&w, "rotate"))
			out->rotate = true;
	}
}

/* A line may be a comment. Blanks before the keyword are allowed, as in some resolvers. */
static void
take_line(struct resolvconf *out, const char *at, const char *end)
{
	struct conf_word w;

	if (at < end && (*at == '#' || *at == ';'))
		return;
	w = next_word(&at, end, "");
	if (word_is(&w, "nameserver"))
		take_server(out, at, end);
	else if (word_is(&w, "options"))
		take_options(out, at, end);
}

void
resolvconf_parse(struct resolvconf *out, const char *text, size_t len)
{
	const char *end = text + len;

	*out = (struct resolvconf){.timeout = RESOLVCONF_TIMEOUT, .attempts = RESOLVCONF_ATTEMPTS};
	while (text < end) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));

		if (!line_end)
			line_end = end;
		take_line(out, text, line_end);
		text = line_end + 1;
	}
}
