/*
 * http/semantics/condition.c - evaluates If-Match, If-None-Match, If-Modified-Since,
 * If-Unmodified-Since and If-Range.
 */
#include "http/semantics/condition.h"

#include "http/message/octet.h"
#include "http/semantics/date.h"

enum which { IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, IF_RANGE, RANGE, FIELDS };

static const char *const names[FIELDS] = {
    "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range"};

/* What is compared: the request's fields and the resource. */
struct condition_input {
	const struct http_field *first[FIELDS]; /* the first line of each name, or NULL */
	bool twice[FIELDS];                     /* there are more lines */
	const struct http_field *field;
	size_t n;
	const struct http_validators *v;
	int64_t now;
};

/* Most requests have none of the fields: one walk, in which few names are compared. */
static bool
find_fields(struct condition_input *q)
{
	bool some = false;

	for (size_t i = 0; i < q->n; i++) {
		struct http_span name = q->field[i].name;
		char c = name.len >= 5 ? http_lower(name.at[0]) : 0;

		if (!(c == 'i' && name.at[2] == '-') && !(c == 'r' && name.len == 5))
			continue;
		for (enum which f = 0; f < FIELDS; f++) {
			if (!http_span_is(name, names[f]))
				continue;
			q->twice[f] = q->first[f] != NULL;
			q->first[f] = q->first[f] ? q->first[f] : &q->field[i];
			some = true;
		}
	}
	return some;
}

static bool
line_matches(const struct condition_input *q, struct http_span value,
    bool (*same)(const struct http_etag *, const struct http_etag *))
{
	struct http_etag e;

	if (http_span_is(value, "*"))
		return q->v->exists;
	while (http_etag_next(&value, &e))
		if (q->v->exists && q->v->has_etag && same(&e, &q->v->etag))
			return true;
	return false;
}

/* True if "*" or a tag in one of the lines of @f matches the resource. */
static bool
any_matches(const struct condition_input *q, enum which f,
    bool (*same)(const struct http_etag *, const struct http_etag *))
{
	const struct http_field *end = q->field + q->n;

	for (const struct http_field *at = q->first[f]; at;
	     at = http_field_find(at + 1, (size_t)(end - at - 1), names[f]))
		if (line_matches(q, at->value, same))
			return true;
	return false;
}

/* The date of @f; false if it is to be ignored (RFC 9110, 13.1.3 and 13.1.4). */
static bool
date_of(const struct condition_input *q, enum which f, int64_t *date)
{
	return q->first[f] && !q->twice[f] && q->v->exists && q->v->has_modified &&
	       http_date_read(q->first[f]->value, q->now, date);
}

/* Steps 1 and 2 of RFC 9110, 13.2.2. */
static bool
must_be_this_state_fails(const struct condition_input *q)
{
	int64_t date;

	if (q->first[IF_MATCH])
		return !any_matches(q, IF_MATCH, http_etag_same_strong);
	return date_of(q, IF_UNMODIFIED_SINCE, &date) && q->v->modified > date;
}

/* Steps 3 and 4: true if the client has this state already. */
static bool
must_be_another_state_fails(const struct condition_input *q, bool reads)
{
	int64_t date;

	if (q->first[IF_NONE_MATCH])
		return any_matches(q, IF_NONE_MATCH, http_etag_same_weak);
	return reads && date_of(q, IF_MODIFIED_SINCE, &date) && q->v->modified <= date;
}

/* Step 5 (RFC 9110, 13.1.5): a part is wanted only of the state that the client has begun with. */
static bool
if_range_holds(const struct condition_input *q)
{
	struct http_span value = q->first[IF_RANGE]->value;
	struct http_etag e;
	int64_t date;

	if (q->twice[IF_RANGE])
		return false;
	if (http_etag_read(value, &e))
		return q->v->exists && q->v->has_etag && http_etag_same_strong(&e, &q->v->etag);
	return date_of(q, IF_RANGE, &date) && q->v->modified == date && q->now > date;
}

enum http_condition
http_condition(enum http_method method, const struct http_field *field, size_t n,
    const struct http_validators *v, int64_t now)
{
	struct condition_input q = {.field = field, .n = n, .v = v, .now = now};
	bool reads = method == HTTP_GET || method == HTTP_HEAD;

	if (method == HTTP_CONNECT || method == HTTP_OPTIONS || method == HTTP_TRACE || !find_fields(&q))
		return HTTP_CONDITION_GO_ON;
	if (must_be_this_state_fails(&q))
		return HTTP_CONDITION_FAILED;
	if (must_be_another_state_fails(&q, reads))
		return reads ? HTTP_CONDITION_NOT_MODIFIED : HTTP_CONDITION_FAILED;
	if (method == HTTP_GET && q.first[RANGE] && q.first[IF_RANGE] && !if_range_holds(&q))
		return HTTP_CONDITION_WHOLE;
	return HTTP_CONDITION_GO_ON;
}
