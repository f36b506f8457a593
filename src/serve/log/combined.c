/*
 * serve/log/combined.c - the combined format of Apache and nginx, which tools for logs read.
 */
#include "serve/log/log.h"

#include <stdio.h>
#include <time.h>

enum { VALUE_MOST = 2000, TIME_TEXT = 40 };

static bool
is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Octets that could end the value or the line, or move a terminal's cursor, are written \xHH. */
static void
put_value(struct http_writer *w, struct http_span s)
{
	size_t len = s.len < VALUE_MOST ? s.len : VALUE_MOST;
	char hex[8];

	if (len == 0)
		http_put(w, "-", 1);
	for (size_t i = 0, plain; i < len;) {
		for (plain = i; i < len && is_plain(s.at[i]); i++)
			;
		http_put(w, s.at + plain, i - plain);
		if (i == len)
			break;
		snprintf(hex, sizeof hex, "\\x%02X", (unsigned char)s.at[i++]);
		http_put_text(w, hex);
	}
}

/* strftime(3) is slow, and many lines have the same second. */
static const char *
time_text(nsec_t at)
{
	static _Thread_local time_t last = -1;
	static _Thread_local char text[TIME_TEXT];
	time_t seconds = (time_t)(at / SEC);
	struct tm tm;

	if (seconds != last) {
		localtime_r(&seconds, &tm);
		strftime(text, sizeof text, "[%d/%b/%Y:%H:%M:%S %z]", &tm);
		last = seconds;
	}
	return text;
}

static void
put_request(struct http_writer *w, const struct access_line *l)
{
	http_put_text(w, " \"");
	if (l->method.len == 0) {
		put_value(w, l->line);
		http_put_text(w, "\" ");
		return;
	}
	put_value(w, l->method);
	http_put_text(w, " ");
	put_value(w, l->target);
	http_put_text(w, l->minor ? " HTTP/1.1\" " : " HTTP/1.0\" ");
}

void
access_put_combined(struct http_writer *w, const struct access_line *l)
{
	char addr[IPADDR_TEXT];

	http_put_text(w, ipaddr_text(&l->client, addr));
	http_put_text(w, " - ");
	put_value(w, l->user);
	http_put_text(w, " ");
	http_put_text(w, time_text(l->at));
	put_request(w, l);
	http_put_number(w, l->status, 10);
	http_put_text(w, " ");
	http_put_number(w, l->octets, 10);
	http_put_text(w, " \"");
	put_value(w, l->referer);
	http_put_text(w, "\" \"");
	put_value(w, l->agent);
	http_put_text(w, "\"\n");
}
