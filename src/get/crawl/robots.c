/*
 * get/crawl/robots.c - reads groups of rules, and matches paths with patterns.
 */
#include "get/crawl/robots.h"

#include "base/err.h"
#include "http/message/octet.h"
#include "http/uri/uri.h"

#include <stdlib.h>

/* A line: "key: value # comment". */
struct line {
	struct http_span key, value;
};

/* Takes the next line with a colon off *@rest. Lines end with CR, LF or both. */
static bool
next_line(struct http_span *rest, struct line *l)
{
	while (rest->len > 0) {
		struct http_span text = {rest->at, 0};
		const char *comment, *colon;

		while (text.len < rest->len && !http_octet_in(text.at[text.len], "\r\n"))
			text.len++;
		*rest = (struct http_span){text.at + text.len, rest->len - text.len};
		if (rest->len > 0)
			*rest = (struct http_span){rest->at + 1, rest->len - 1};
		comment = text.len > 0 ? memchr(text.at, '#', text.len) : NULL;
		if (comment)
			text.len = (size_t)(comment - text.at);
		colon = text.len > 0 ? memchr(text.at, ':', text.len) : NULL;
		if (!colon)
			continue;
		l->key = http_span_trim((struct http_span){text.at, (size_t)(colon - text.at)});
		l->value =
		    http_span_trim((struct http_span){colon + 1, text.len - (size_t)(colon - text.at) - 1});
		return true;
	}
	return false;
}

/* Brings a pattern to the normal form of paths, where that is possible. */
static void
put_pattern(struct http_writer *w, struct http_span pattern)
{
	char clean[4096];
	struct http_writer c = http_writer(clean, sizeof clean);
	struct http_uri u;

	http_uri_clean(&c, pattern);
	if (!c.err && http_uri_parse((struct http_span){clean, c.len}, &u) && !u.has_authority)
		http_uri_normalise(w, &u);
	else
		http_put_span(w, pattern);
}

struct robots_reader {
	struct robots *r;
	struct http_writer text;
	const char *agent;
	bool own;      /* rules for the agent by its name are read, and not those for "*" */
	bool in_rules; /* the last line was a rule: a "User-agent" begins a new group */
	bool applies;  /* the group is for the agent */
	bool named;    /* a group with its name was found */
};

static void
user_agent(struct robots_reader *d, struct http_span name)
{
	size_t n = 0;

	if (d->in_rules)
		d->applies = false;
	d->in_rules = false;
	/* The product token; a version or a comment may follow (RFC 9309, 2.2.1). */
	while (n < name.len && (http_octet_in(http_lower(name.at[n]), "abcdefghijklmnopqrstuvwxyz_-")))
		n++;
	if (http_span_is((struct http_span){name.at, n}, d->agent)) {
		d->named = true;
		d->applies |= d->own;
	} else if (name.len > 0 && name.at[0] == '*') {
		d->applies |= !d->own;
	}
}

static void
rule(struct robots_reader *d, struct http_span pattern, bool allow)
{
	struct robots *r = d->r;
	size_t from = d->text.len;

	d->in_rules = true;
	if (!d->applies || pattern.len == 0 || r->rules == ROBOTS_RULES)
		return;
	put_pattern(&d->text, pattern);
	if (d->text.err)
		return;
	r->rule[r->rules++] = (struct robots_rule){{d->text.at + from, d->text.len - from}, allow};
}

static void
read_lines(struct robots_reader *d, struct http_span text)
{
	struct line l;

	while (next_line(&text, &l)) {
		if (http_span_is(l.key, "user-agent"))
			user_agent(d, l.value);
		else if (http_span_is(l.key, "allow"))
			rule(d, l.value, true);
		else if (http_span_is(l.key, "disallow"))
			rule(d, l.value, false);
	}
}

static size_t
count_lines(struct http_span text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += http_octet_in(text.at[i], "\r\n");
	return n < ROBOTS_RULES ? n : ROBOTS_RULES;
}

/* Returns how many of the @n octets are in whole lines: half a pattern would be another rule. */
static size_t
whole_lines(const char *at, size_t n)
{
	while (n > 0 && !http_octet_in(at[n - 1], "\r\n"))
		n--;
	return n;
}

int
robots_read(struct robots *r, struct http_span text, const char *agent)
{
	static const char mark[] = "\xef\xbb\xbf"; /* U+FEFF, which editors put before the text */
	struct robots made = {0};
	struct robots_reader d = {.r = &made, .agent = agent, .own = true};

	if (text.len >= ROBOTS_OCTETS)
		text.len = whole_lines(text.at, ROBOTS_OCTETS);
	if (text.len >= 3 && memcmp(text.at, mark, 3) == 0)
		text = (struct http_span){text.at + 3, text.len - 3};
	/* An octet that no URI has is three octets then. */
	made.text = malloc(3 * text.len + 1);
	made.rule = malloc(count_lines(text) * sizeof *made.rule);
	if (!made.text || !made.rule) {
		robots_fini(&made);
		return -LEAT_ENOMEM;
	}
	d.text = http_writer(made.text, 3 * text.len + 1);
	read_lines(&d, text);
	if (!d.named) {
		d.own = d.in_rules = d.applies = false;
		read_lines(&d, text);
	}
	*r = made;
	return 0;
}

void
robots_fini(struct robots *r)
{
	free(r->text);
	free(r->rule);
	*r = (struct robots){0};
}

/* True if @pattern matches the start of @target, where "*" stands for any octets. */
static bool
matches(struct http_span pattern, struct http_span target)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;
	bool whole = pattern.len > 0 && pattern.at[pattern.len - 1] == '$';

	pattern.len -= whole;
	for (;;) {
		if (p == pattern.len && (!whole || t == target.len))
			return true;
		if (p < pattern.len && pattern.at[p] == '*') {
			star = ++p;
			from = t;
		} else if (p < pattern.len && t < target.len && pattern.at[p] == target.at[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX && from < target.len) {
			p = star; /* the last "*" stands for one octet more */
			t = ++from;
		} else {
			return false;
		}
	}
}

bool
robots_allow(const struct robots *r, struct http_span target)
{
	size_t longest = 0;
	bool allow = true;

	for (size_t i = 0; i < r->rules; i++) {
		const struct robots_rule *rule = &r->rule[i];

		if (rule->pattern.len < longest || (rule->pattern.len == longest && !rule->allow))
			continue;
		if (matches(rule->pattern, target)) {
			longest = rule->pattern.len;
			allow = rule->allow;
		}
	}
	return allow;
}
