/*
 * http/semantics/date.h - dates in fields (RFC 9110, 5.6.7), as seconds since 1970 (UTC).
 *
 * It reads no clock and knows no time zone.
 */
#ifndef HTTP_SEMANTICS_DATE_H
#define HTTP_SEMANTICS_DATE_H

#include "http/message/field.h"

#include <stdint.h>

enum { HTTP_DATE_LEN = 29 }; /* "Sun, 06 Nov 1994 08:49:37 GMT" */

/*
 * Writes IMF-fixdate, without a zero after it. A time before the year 1 or after the year 9999 is
 * written as the nearest that has four digits.
 */
void http_date_write(int64_t seconds, char to[static HTTP_DATE_LEN]);

/*
 * Reads a date in any of the three forms (IMF-fixdate, RFC 850, asctime), in any case. A year of
 * two digits is at most 50 years after @now (RFC 9110, 5.6.7). The name of the day is not compared
 * with the date. Returns false, with *@seconds untouched, for anything else.
 */
bool http_date_read(struct http_span s, int64_t now, int64_t *seconds);

/*
 * Reads a number of seconds (RFC 9111, 1.2.2); one that is too large is 2^31. Returns false, with
 * *@seconds untouched, if @s has anything else than digits.
 */
bool http_seconds_read(struct http_span s, int64_t *seconds);

/*
 * Reads Retry-After (RFC 9110, 10.2.3): how many seconds to wait from @now on, none for the past.
 */
bool http_retry_after_read(struct http_span value, int64_t now, int64_t *seconds);

/* A date and a time of day, UTC. */
struct http_time {
	int year;       /* 1 to 9999 */
	int month, day; /* from 1 */
	int hour, minute;
	int second; /* 60 is a leap second, which counts as the first of the next minute */
};

/* Returns false if there is no such day or time of day; else gives *@seconds. */
bool http_time_seconds(const struct http_time *t, int64_t *seconds);

/* The year in which @seconds lies. */
int http_time_year(int64_t seconds);

/* 1 to 12 for a name of which the first three letters are those of a month, in any case; else 0. */
int http_month_of(struct http_span name);

#endif
