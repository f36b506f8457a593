/*
 * http/semantics/accept.c - reads Accept and Accept-Language.
 */
#include "http/semantics/accept.h"

#include "http/message/octet.h"
#include "http/semantics/param.h"

/* The lines of one name, as one list of elements (RFC 9110, 5.3). */
struct lines {
	const struct http_field *at, *end;
	const char *name;
	struct http_span rest;
};

/* The next element and its weight; elements with a malformed weight are passed over. */
static bool
next(struct lines *l, struct http_span *what, int *weight)
{
	struct http_span element;

	for (;;) {
		while (http_element_next(&l->rest, &element)) {
			*what = http_param_begin(&element);
			*weight = http_weight(element);
			if (*weight >= 0)
				return true;
		}
		l->at = http_field_find(l->at, (size_t)(l->end - l->at), l->name);
		if (!l->at)
			return false;
		l->rest = l->at++->value;
	}
}

/* How closely the range @r names @type: 3 as such, 2 as "text/" and "*", 1 as all, 0 not. */
static int
closeness(struct http_span r, const char *type)
{
	size_t slash = strcspn(type, "/") + 1;

	if (http_span_is(r, type))
		return 3;
	if (http_span_is(r, "*/*"))
		return 1;
	return r.len == slash + 1 && r.at[slash] == '*' &&
		       http_span_eq((struct http_span){r.at, slash}, (struct http_span){type, slash})
		   ? 2
		   : 0;
}

/* The weight of @type: that of the range that names it most closely. */
static int
type_weight(const struct http_field *field, size_t n, const char *type)
{
	struct lines l = {field, field + n, "accept", {0}};
	struct http_span range;
	int weight, result = 0, best = 0;

	while (next(&l, &range, &weight)) {
		int close = closeness(range, type);

		if (close <= best)
			continue;
		best = close;
		result = weight;
	}
	return result;
}

int
http_accept_choose(const struct http_field *field, size_t n, const char *const *offer, size_t offers)
{
	int best = 0, chosen = -1;

	if (!http_field_find(field, n, "accept"))
		return offers > 0 ? 0 : -1;
	for (size_t i = 0; i < offers; i++) {
		int weight = type_weight(field, n, offer[i]);

		if (weight <= best)
			continue;
		best = weight;
		chosen = (int)i;
	}
	return chosen;
}

/* Takes the last subtag off @range, and a single letter that then stands last (RFC 4647, 3.4). */
static struct http_span
shorten(struct http_span range)
{
	while (range.len > 0 && range.at[range.len - 1] != '-')
		range.len--;
	range.len -= range.len > 0;
	if (range.len >= 2 && range.at[range.len - 2] == '-')
		range.len -= 2;
	return range;
}

/* The tag that @range leads to, or -1. */
static int
look_up(struct http_span range, const char *const *offer, size_t offers)
{
	for (; range.len > 0; range = shorten(range))
		for (size_t i = 0; i < offers; i++)
			if (http_span_is(range, offer[i]))
				return (int)i;
	return -1;
}

/* True if a range with the weight 0 is this tag. */
static bool
is_refused(const struct http_field *field, size_t n, const char *tag)
{
	struct lines l = {field, field + n, "accept-language", {0}};
	struct http_span range;
	int weight;

	while (next(&l, &range, &weight))
		if (weight == 0 && http_span_is(range, tag))
			return true;
	return false;
}

int
http_language_choose(const struct http_field *field, size_t n, const char *const *offer, size_t offers)
{
	struct lines l = {field, field + n, "accept-language", {0}};
	struct http_span range;
	int weight, best = 0, chosen = -1;

	while (next(&l, &range, &weight)) {
		int tag = weight > best ? look_up(range, offer, offers) : -1;

		if (tag < 0 || is_refused(field, n, offer[tag]))
			continue;
		best = weight;
		chosen = tag;
	}
	return chosen;
}
