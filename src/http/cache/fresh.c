/*
 * http/cache/fresh.c - freshness and age of stored responses.
 */
#include "http/cache/fresh.h"

#include "http/cache/control.h"
#include "http/semantics/date.h"

enum { HEURISTIC_MOST = 24 * 3600 };

bool
http_cache_status_is_heuristic(unsigned status)
{
	static const uint16_t statuses[] = {200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501};

	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (statuses[i] == status)
			return true;
	return false;
}

/* The date in the field @name, or false if it is missing or malformed. */
static bool
date_of(const struct http_cached *r, const char *name, int64_t *date)
{
	const struct http_field *f = http_field_find(r->field, r->n, name);

	return f && http_date_read(f->value, r->received, date);
}

/* When the server made the response; when it arrived if it does not say so. */
static int64_t
made_at(const struct http_cached *r)
{
	int64_t date;

	return date_of(r, "date", &date) ? date : r->received;
}

static int64_t
at_least_0(int64_t seconds)
{
	return seconds > 0 ? seconds : 0;
}

static int64_t
heuristic(const struct http_cached *r)
{
	int64_t modified, lifetime;

	if (!http_cache_status_is_heuristic(r->status) || !date_of(r, "last-modified", &modified))
		return 0;
	lifetime = at_least_0(made_at(r) - modified) / 10;
	return lifetime < HEURISTIC_MOST ? lifetime : HEURISTIC_MOST;
}

int64_t
http_cache_lifetime(const struct http_cached *r)
{
	struct http_cache_control c;
	int64_t expires;

	http_cache_control_read(r->field, r->n, &c);
	if (c.max_age.has)
		return c.max_age.seconds;
	if (!http_field_find(r->field, r->n, "expires"))
		return heuristic(r);
	/* What is no date, as "0", has expired (RFC 9111, 5.3). */
	return date_of(r, "expires", &expires) ? at_least_0(expires - made_at(r)) : 0;
}

int64_t
http_cache_age(const struct http_cached *r, int64_t now)
{
	const struct http_field *f = http_field_find(r->field, r->n, "age");
	int64_t apparent = at_least_0(r->received - made_at(r)), age = 0;
	struct http_span value = f ? f->value : (struct http_span){0}, first;

	if (http_list_next(&value, &first)) /* RFC 9111, 5.1: the first, if there are several */
		http_seconds_read(first, &age);
	age += at_least_0(r->received - r->requested);
	return (age > apparent ? age : apparent) + at_least_0(now - r->received);
}

/*
 * What the request and the response say, if the request does not forbid to ask (RFC 9111, 4.2.4).
 */
static bool
may_use(const struct http_cache_control *asked, const struct http_cache_control *said, int64_t age,
    int64_t lifetime)
{
	if (asked->no_cache || said->no_cache)
		return false;
	if (asked->max_age.has && age > asked->max_age.seconds)
		return false;
	if (asked->min_fresh.has && lifetime - age < asked->min_fresh.seconds)
		return false;
	if (age < lifetime)
		return true;
	if (said->must_revalidate)
		return false;
	return asked->max_stale_any || (asked->max_stale.has && age - lifetime <= asked->max_stale.seconds);
}

enum http_cache_use
http_cache_use(const struct http_cached *r, const struct http_field *field, size_t n, int64_t now)
{
	struct http_cache_control asked, said;

	http_cache_control_read(field, n, &asked);
	http_cache_control_read(r->field, r->n, &said);
	if (may_use(&asked, &said, http_cache_age(r, now), http_cache_lifetime(r)))
		return HTTP_CACHE_USE;
	return asked.only_if_cached ? HTTP_CACHE_TIMEOUT : HTTP_CACHE_REVALIDATE;
}
