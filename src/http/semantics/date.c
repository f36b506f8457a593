/*
 * http/semantics/date.c - the calendar, and the three forms of a date.
 */
#include "http/semantics/date.h"

#include "http/message/octet.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* 0001-01-01T00:00:00 and 9999-12-31T23:59:59. */
static const int64_t first_second = -62135596800, last_second = 253402300799;

static const char day_names[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char month_names[12][4] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/*
 * Days since 1970-01-01. The year is taken to begin in March, so that a leap day is its last, and
 * years lie in spans of 400, which all have 146,097 days.
 */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2), m = (month + 9) % 12;
	int64_t span = (y >= 0 ? y : y - 399) / 400, in_span = y - span * 400;
	int64_t day_of_year = (153 * m + 2) / 5 + day - 1;

	return span * 146097 + in_span * 365 + in_span / 4 - in_span / 100 + day_of_year - 719468;
}

/* The reverse of days_of(). */
static void
date_of(int64_t days, struct http_time *t)
{
	int64_t d = days + 719468, span = (d >= 0 ? d : d - 146096) / 146097;
	int64_t in_span = d - span * 146097;
	int64_t y = (in_span - in_span / 1460 + in_span / 36524 - in_span / 146096) / 365;
	int64_t day_of_year = in_span - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * day_of_year + 2) / 153;

	t->day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
	t->month = (int)(m < 10 ? m + 3 : m - 9);
	t->year = (int)(y + span * 400 + (t->month <= 2));
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool
http_time_seconds(const struct http_time *t, int64_t *seconds)
{
	static const int days_in[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (t->year < 1 || t->year > 9999 || t->month < 1 || t->month > 12 || t->day < 1)
		return false;
	if (t->day > days_in[t->month - 1] + (t->month == 2 && is_leap(t->year)))
		return false;
	if (t->hour < 0 || t->hour > 23 || t->minute < 0 || t->minute > 59 || t->second < 0 || t->second > 60)
		return false;
	*seconds = days_of(t->year, t->month, t->day) * DAY + t->hour * HOUR + t->minute * MINUTE + t->second;
	return true;
}

/* Days since 1970, rounded down. */
static int64_t
days_in(int64_t seconds)
{
	return (seconds >= 0 ? seconds : seconds - (DAY - 1)) / DAY;
}

int
http_time_year(int64_t seconds)
{
	struct http_time t;

	date_of(days_in(seconds), &t);
	return t.year;
}

static void
put_digits(char *to, int number, int digits)
{
	while (digits-- > 0) {
		to[digits] = (char)('0' + number % 10);
		number /= 10;
	}
}

void
http_date_write(int64_t seconds, char to[static HTTP_DATE_LEN])
{
	int64_t s = seconds < first_second ? first_second : seconds > last_second ? last_second : seconds;
	int64_t days = days_in(s);
	int in_day = (int)(s - days * DAY);
	struct http_time t;

	date_of(days, &t);
	memcpy(to, "Day, 00 Mon 0000 00:00:00 GMT", HTTP_DATE_LEN);
	memcpy(to, day_names[(days % 7 + 11) % 7], 3); /* the first day was a Thursday */
	put_digits(to + 5, t.day, 2);
	memcpy(to + 8, month_names[t.month - 1], 3);
	put_digits(to + 12, t.year, 4);
	put_digits(to + 17, in_day / HOUR, 2);
	put_digits(to + 20, in_day / MINUTE % 60, 2);
	put_digits(to + 23, in_day % 60, 2);
}

int
http_month_of(struct http_span name)
{
	for (int m = 0; m < 12 && name.len >= 3; m++)
		if (http_span_is((struct http_span){name.at, 3}, month_names[m]))
			return m + 1;
	return 0;
}

/*
 * Reads @s by @form: "0" is a digit of the next number, "_" a digit or a space, "#" any octet, and
 * other octets stand for themselves.
 */
static bool
read_form(struct http_span s, const char *form, int number[static 6])
{
	size_t i, n = 0;

	for (i = 0; i < s.len && form[i]; i++) {
		bool digit = http_is_digit(s.at[i]);

		if (form[i] == '0' || form[i] == '_') {
			if (!digit && !(form[i] == '_' && s.at[i] == ' '))
				return false;
			number[n] = number[n] * 10 + (digit ? s.at[i] - '0' : 0);
			n += form[i + 1] != '0';
		} else if (form[i] != '#' && http_lower(form[i]) != http_lower(s.at[i])) {
			return false;
		}
	}
	return i == s.len && form[i] == 0;
}

static bool
is_day_name(struct http_span s, bool full)
{
	static const char *const rest[7] = {"day", "day", "sday", "nesday", "rsday", "day", "urday"};

	for (size_t d = 0; d < 7 && s.len >= 3; d++)
		if (http_span_is((struct http_span){s.at, 3}, day_names[d]) &&
		    http_span_is((struct http_span){s.at + 3, s.len - 3}, full ? rest[d] : ""))
			return true;
	return false;
}

static struct http_span
part(struct http_span s, size_t from, size_t len)
{
	return (struct http_span){s.at + from, len};
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool
read_imf(struct http_span s, struct http_time *t)
{
	int n[6] = {0};

	if (s.len != HTTP_DATE_LEN || !read_form(s, "###, 00 ### 0000 00:00:00 GMT", n) ||
	    !is_day_name(part(s, 0, 3), false))
		return false;
	*t = (struct http_time){n[1], http_month_of(part(s, 8, 3)), n[0], n[2], n[3], n[4]};
	return true;
}

/*
 * "Sunday, 06-Nov-94 08:49:37 GMT". The year is the last one with these digits that is at most 50
 * years after @now.
 */
static bool
read_rfc850(struct http_span s, int64_t now, struct http_time *t)
{
	const char *comma = s.len > 0 ? memchr(s.at, ',', s.len) : NULL;
	int n[6] = {0}, latest = http_time_year(now) + 50, year;
	size_t at;

	if (!comma)
		return false;
	at = (size_t)(comma - s.at);
	if (!is_day_name(part(s, 0, at), true) ||
	    !read_form(part(s, at, s.len - at), ", 00-###-00 00:00:00 GMT", n))
		return false;
	year = latest - (latest - n[1]) % 100;
	*t = (struct http_time){year, http_month_of(part(s, at + 5, 3)), n[0], n[2], n[3], n[4]};
	return true;
}

/* "Sun Nov  6 08:49:37 1994" */
static bool
read_asctime(struct http_span s, struct http_time *t)
{
	int n[6] = {0};

	if (!read_form(s, "### ### _0 00:00:00 0000", n) || !is_day_name(part(s, 0, 3), false))
		return false;
	*t = (struct http_time){n[4], http_month_of(part(s, 4, 3)), n[0], n[1], n[2], n[3]};
	return true;
}

bool
http_date_read(struct http_span s, int64_t now, int64_t *seconds)
{
	struct http_time t;

	if (!read_imf(s, &t) && !read_rfc850(s, now, &t) && !read_asctime(s, &t))
		return false;
	return http_time_seconds(&t, seconds);
}

bool
http_seconds_read(struct http_span s, int64_t *seconds)
{
	const int64_t most = INT64_C(1) << 31;
	int64_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!http_is_digit(s.at[i]))
			return false;
		n = n * 10 + (s.at[i] - '0');
		n = n > most ? most : n;
	}
	if (s.len == 0)
		return false;
	*seconds = n;
	return true;
}

bool
http_retry_after_read(struct http_span value, int64_t now, int64_t *seconds)
{
	int64_t date;

	if (http_seconds_read(value, seconds))
		return true;
	if (!http_date_read(value, now, &date))
		return false;
	*seconds = date > now ? date - now : 0;
	return true;
}
