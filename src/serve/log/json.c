/*
 * serve/log/json.c - a line of the access log as one JSON object.
 */
#include "serve/log/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { VALUE_MOST = 1000 };

/* Octets from 0x7f on are written as the character with their number: a line is ASCII. */
static void
put_string(struct http_writer *w, const char *name, struct http_span s)
{
	char escape[8];

	if (s.len == 0)
		return;
	http_put_text(w, ",\"");
	http_put_text(w, name);
	http_put_text(w, "\":\"");
	for (size_t i = 0; i < s.len && i < VALUE_MOST; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
			http_put(w, s.at + i, 1);
			continue;
		}
		snprintf(escape, sizeof escape, "\\u%04x", c);
		http_put_text(w, escape);
	}
	http_put_text(w, "\"");
}

static void
put_time(struct http_writer *w, nsec_t at)
{
	time_t seconds = (time_t)(at / SEC);
	char text[48];
	struct tm tm;
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof text - n, ".%03dZ", (int)(at % SEC / MSEC));
	http_put_text(w, "{\"time\":\"");
	http_put_text(w, text);
	http_put_text(w, "\"");
}

static void
put_numbers(struct http_writer *w, const struct access_line *l)
{
	char text[96];

	snprintf(text, sizeof text, ",\"status\":%u,\"octets\":%" PRIu64 ",\"seconds\":%.6f", l->status,
	    l->octets, (double)l->took / (double)SEC);
	http_put_text(w, text);
}

void
access_put_json(struct http_writer *w, const struct access_line *l)
{
	char addr[IPADDR_TEXT];

	put_time(w, l->at);
	put_string(w, "client", http_span_of(ipaddr_text(&l->client, addr)));
	put_string(w, "user", l->user);
	put_string(w, "method", l->method);
	put_string(w, "target", l->target);
	put_string(w, "line", l->line);
	if (l->method.len > 0)
		put_string(w, "version", http_span_of(l->minor ? "1.1" : "1.0"));
	put_string(w, "host", l->host);
	put_numbers(w, l);
	put_string(w, "referer", l->referer);
	put_string(w, "agent", l->agent);
	if (l->reason)
		put_string(w, "reason", http_span_of(l->reason));
	http_put_text(w, "}\n");
}
