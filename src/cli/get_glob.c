/*
 * cli/get_glob.c - reads patterns of URLs and makes the URLs one by one.
 */
#include "cli/get_glob.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char bad_range[] = "has a bad range; -g turns the meaning of [ and { off";

/* An IPv6 address is no range: it follows "//" or "@", and has colons. */
static bool
is_address(const char *text, size_t at)
{
	size_t n = strspn(text + at + 1, "0123456789abcdefABCDEF:.%");
	bool place = at == 0 || text[at - 1] == '@' || text[at - 1] == '/';

	return place && text[at + 1 + n] == ']' && memchr(text + at + 1, ':', n);
}

static const char *
read_list(struct glob_set *s, const char *text)
{
	const char *end = strchr(text + s->begin, '}');

	if (!end)
		return "has a { without a }; -g turns the meaning of [ and { off";
	s->list = true;
	s->end = (size_t)(end - text) + 1;
	s->count = 1;
	for (const char *c = text + s->begin + 1; c < end; c++)
		s->count += *c == ',';
	return NULL;
}

/* ":STEP" may follow a range. Returns what is after it, or NULL. */
static const char *
read_step(struct glob_set *s, const char *at)
{
	char *end = (char *)(uintptr_t)at;

	s->step = 1;
	if (*at == ':')
		s->step = strtoul(at + 1, &end, 10);
	return s->step > 0 && *end == ']' ? end : NULL;
}

static const char *
read_range(struct glob_set *s, const char *text)
{
	const char *at = text + s->begin + 1, *after = NULL;
	uint64_t to;
	char *end;

	if (((at[0] | 0x20) >= 'a' && (at[0] | 0x20) <= 'z') && at[1] == '-' && at[2]) {
		s->letters = true;
		s->from = (uint8_t)at[0];
		to = (uint8_t)at[2];
		end = (char *)(uintptr_t)at + 3;
	} else {
		s->from = strtoul(at, &end, 10);
		if (end == at || *end != '-' || end[1] < '0' || end[1] > '9')
			return bad_range;
		s->width = *at == '0' ? (unsigned)(end - at) : 0;
		to = strtoul(end + 1, &end, 10);
	}
	after = read_step(s, end);
	/* strtoul() gives the largest number for all that are larger. */
	if (!after || to < s->from || to == ULONG_MAX || s->width > 20)
		return bad_range;
	s->count = (to - s->from) / s->step + 1;
	s->end = (size_t)(after - text) + 1;
	return NULL;
}

const char *
glob_read(struct glob *g, const char *text)
{
	*g = (struct glob){.text = text, .count = 1};
	for (size_t i = 0; text[i]; i++) {
		struct glob_set *s = &g->set[g->sets];
		const char *wrong;

		if ((text[i] != '[' && text[i] != '{') || (text[i] == '[' && is_address(text, i)))
			continue;
		if (g->sets == GLOB_SETS)
			return "has more than 10 ranges and lists";
		s->begin = i;
		wrong = text[i] == '{' ? read_list(s, text) : read_range(s, text);
		if (wrong)
			return wrong;
		if (s->count > GLOB_MOST / g->count)
			return "stands for more than 1000000 URLs";
		g->count *= s->count;
		g->sets++;
		i = s->end - 1;
	}
	return NULL;
}

/* The @i-th value of a set. */
static void
put_value(FILE *to, const struct glob *g, const struct glob_set *s, uint64_t i)
{
	const char *at = g->text + s->begin + 1;
	uint64_t n = s->from + i * s->step;

	if (!s->list && s->letters)
		fputc((int)n, to);
	else if (!s->list)
		fprintf(to, "%0*llu", (int)s->width, (unsigned long long)n);
	if (!s->list)
		return;
	while (i-- > 0)
		at += strcspn(at, ",") + 1;
	fprintf(to, "%.*s", (int)strcspn(at, ",}"), at);
}

/* Which value the set @k has in URL @i. */
static uint64_t
index_of(const struct glob *g, unsigned k, uint64_t i)
{
	for (unsigned last = g->sets - 1; last > k; last--)
		i /= g->set[last].count;
	return i % g->set[k].count;
}

char *
glob_url(const struct glob *g, uint64_t i)
{
	char *made = NULL;
	size_t size, at = 0;
	FILE *to = open_memstream(&made, &size);

	if (!to)
		return NULL;
	for (unsigned k = 0; k < g->sets; k++) {
		fwrite(g->text + at, 1, g->set[k].begin - at, to);
		put_value(to, g, &g->set[k], index_of(g, k, i));
		at = g->set[k].end;
	}
	fputs(g->text + at, to);
	return fclose(to) == 0 ? made : NULL;
}

char *
glob_name(const struct glob *g, uint64_t i, const char *name)
{
	char *made = NULL;
	size_t size;
	FILE *to = open_memstream(&made, &size);

	if (!to)
		return NULL;
	while (*name) {
		char *end = (char *)(uintptr_t)name;
		unsigned long k =
		    *name == '#' && name[1] >= '0' && name[1] <= '9' ? strtoul(name + 1, &end, 10) : 0;

		if (k > 0 && k <= g->sets) {
			put_value(to, g, &g->set[k - 1], index_of(g, (unsigned)k - 1, i));
			name = end;
		} else {
			fputc(*name++, to);
		}
	}
	return fclose(to) == 0 ? made : NULL;
}
