/*
 * http/cache/control.c - reads the directives of Cache-Control.
 */
#include "http/cache/control.h"

#include "http/semantics/date.h"
#include "http/semantics/param.h"

/* The argument as a number; quotes around it are accepted (RFC 9111, 5.2). */
static int64_t
seconds_of(const struct http_param *p)
{
	int64_t seconds;

	return http_seconds_read(p->value, &seconds) ? seconds : 0;
}

static void
keep_least(const struct http_param *p, struct http_cache_seconds *s)
{
	int64_t seconds = seconds_of(p);

	if (!s->has || seconds < s->seconds)
		s->seconds = seconds;
	s->has = true;
}

static void
keep_most(const struct http_param *p, struct http_cache_seconds *s)
{
	int64_t seconds = seconds_of(p);

	if (!s->has || seconds > s->seconds)
		s->seconds = seconds;
	s->has = true;
}

static bool
read_flag(struct http_span name, struct http_cache_control *c)
{
	struct {
		const char *name;
		bool *flag;
	} flags[] = {{"no-store", &c->no_store}, {"no-cache", &c->no_cache},
	    {"must-revalidate", &c->must_revalidate}, {"must-understand", &c->must_understand},
	    {"private", &c->is_private}, {"public", &c->is_public}, {"only-if-cached", &c->only_if_cached}};

	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		if (!http_span_is(name, flags[i].name))
			continue;
		*flags[i].flag = true;
		return true;
	}
	return false;
}

static void
read_directive(const struct http_param *p, struct http_cache_control *c)
{
	if (read_flag(p->name, c))
		return;
	if (http_span_is(p->name, "max-age"))
		keep_least(p, &c->max_age);
	else if (http_span_is(p->name, "min-fresh"))
		keep_most(p, &c->min_fresh);
	else if (http_span_is(p->name, "max-stale") && p->value.len == 0)
		c->max_stale_any = true;
	else if (http_span_is(p->name, "max-stale"))
		keep_least(p, &c->max_stale);
}

void
http_cache_control_read(const struct http_field *field, size_t n, struct http_cache_control *c)
{
	const struct http_field *end = field + n, *at = field;
	const struct http_field *pragma = http_field_find(field, n, "pragma");
	bool some = false;

	*c = (struct http_cache_control){0};
	for (; (at = http_field_find(at, (size_t)(end - at), "cache-control")) != NULL; at++) {
		struct http_span rest = at->value, element;
		struct http_param p;

		while (http_element_next(&rest, &element))
			if (http_param_next(&element, &p))
				read_directive(&p, c);
		some = true;
	}
	if (!some && pragma && http_list_has(pragma->value, "no-cache"))
		c->no_cache = true;
}
