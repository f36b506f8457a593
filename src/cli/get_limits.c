/*
 * cli/get_limits.c - options of `leat get` that are numbers: times, sizes, and how often.
 */
#include "cli/get_options.h"

#include "cli/common/units.h"

#include <stdlib.h>
#include <string.h>

const char *
get_set_number(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	uint64_t n;

	if (unit_count(value, option->tag == NUMBER_PARALLEL, 1000, &n))
		return "is not a number up to 1000";
	if (option->tag == NUMBER_PARALLEL)
		o->run.parallel = (unsigned)n;
	else
		o->run.retries.most = (unsigned)n;
	return NULL;
}

const char *
get_set_redirects(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	uint64_t n = 0;

	if (strcmp(value, "-1") != 0 && unit_count(value, 0, INT32_MAX, &n))
		return "is not a number, or -1 for no bound";
	o->run.set.redirects_most = *value == '-' ? -1 : (int)n;
	return NULL;
}

/* A number without a unit is of seconds, as curl's users write it. */
static const char *
read_time(const char *value, nsec_t *out)
{
	char *end;
	double seconds = strtod(value, &end);

	if (end == value || *end)
		return unit_duration(value, out) ? "is not a time, such as 30, 1.5 or 500ms" : NULL;
	if (!(seconds >= 0 && seconds < 1e9))
		return "is not a time from 0 to 1000000000 seconds";
	*out = (nsec_t)(seconds * 1e9);
	return NULL;
}

const char *
get_set_time(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	struct get_settings *s = &o->run.set;
	nsec_t *const time[] = {
	    [TIME_TOTAL] = &s->total_time,
	    [TIME_CONNECT] = &s->connect_time,
	    [TIME_SLOW] = &s->slow_time,
	    [TIME_RETRY_DELAY] = &o->run.retries.delay,
	    [TIME_RETRY_MOST] = &o->run.retries.max_time,
	    [TIME_CONTINUE] = &s->continue_time,
	};

	return read_time(value, time[option->tag]);
}

/* "200K": curl's letters for powers of 1024. */
const char *
get_set_size(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	uint64_t *const size[] = {[SIZE_RATE] = &o->run.set.rate,
	    [SIZE_SLOW] = &o->run.set.slow_rate,
	    [SIZE_MOST] = &o->run.set.size_most};
	static const char letters[] = "kmgt";
	const char *letter = NULL;
	char *end;
	double n = strtod(value, &end);

	if (*end)
		letter = strchr(letters, *end | 0x20);
	if (end == value || (*end && (!letter || end[1])) || !(n >= 0 && n < 1e12))
		return "is not a number of octets, such as 500000, 200K or 1.5M";
	for (; letter && letter >= letters; letter--)
		n *= 1024;
	if (n > 1e15)
		return "is too large";
	*size[option->tag] = (uint64_t)n;
	return NULL;
}
