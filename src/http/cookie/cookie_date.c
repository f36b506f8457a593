/*
 * http/cookie/cookie_date.c - dates of cookies, which servers write in every form (RFC 6265,
 * 5.1.1).
 */
#include "http/cookie/cookie.h"

#include "http/message/octet.h"
#include "http/semantics/date.h"

static bool
is_delimiter(char c)
{
	return c == '\t' || (c >= 0x20 && c <= 0x2f) || (c >= 0x3b && c <= 0x40) ||
	       (c >= 0x5b && c <= 0x60) || (c >= 0x7b && c <= 0x7e);
}

/* Takes @least to @most digits off *@s, after which no further digit stands. */
static bool
take_digits(struct http_span *s, size_t least, size_t most, int *number)
{
	int n = 0;
	size_t i;

	for (i = 0; i < s->len && i <= most && http_is_digit(s->at[i]); i++)
		n = n * 10 + (s->at[i] - '0');
	if (i < least || i > most)
		return false;
	s->at += i;
	s->len -= i;
	*number = n;
	return true;
}

static bool
take_colon(struct http_span *s)
{
	if (s->len == 0 || s->at[0] != ':')
		return false;
	s->at++;
	s->len--;
	return true;
}

/* "8:49:37", after which anything but a digit may stand. */
static bool
read_time(struct http_span s, struct http_time *t)
{
	struct http_time r = *t;

	if (!take_digits(&s, 1, 2, &r.hour) || !take_colon(&s) || !take_digits(&s, 1, 2, &r.minute) ||
	    !take_colon(&s) || !take_digits(&s, 1, 2, &r.second))
		return false;
	*t = r;
	return true;
}

/* What has been found so far. */
struct date_parts {
	bool time, day, month, year;
};

/* Reads a token as the first of these that is missing and that it can be. */
static void
read_token(struct http_span s, struct date_parts *f, struct http_time *t)
{
	struct http_span digits = s;

	if (!f->time && read_time(s, t)) {
		f->time = true;
	} else if (!f->day && take_digits(&digits, 1, 2, &t->day)) {
		f->day = true;
	} else if (!f->month && http_month_of(s) > 0) {
		t->month = http_month_of(s);
		f->month = true;
	} else if (!f->year && take_digits(&digits, 2, 4, &t->year)) {
		f->year = true;
	}
}

bool
http_cookie_date_read(struct http_span s, int64_t *seconds)
{
	struct date_parts f = {0};
	struct http_time t = {0};

	for (size_t i = 0; i < s.len;) {
		size_t from = i;

		while (i < s.len && !is_delimiter(s.at[i]))
			i++;
		if (i > from)
			read_token((struct http_span){s.at + from, i - from}, &f, &t);
		else
			i++;
	}
	if (!f.time || !f.day || !f.month || !f.year)
		return false;
	if (t.year < 100)
		t.year += t.year < 70 ? 2000 : 1900;
	return t.year >= 1601 && t.second < 60 && http_time_seconds(&t, seconds);
}
