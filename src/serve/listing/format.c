/*
 * serve/listing/format.c - links, times and sizes as text.
 */
#include "serve/listing/impl.h"

#include "http/uri/percent.h"

#include <stdio.h>
#include <time.h>

/* "./" keeps a name with a colon from being read as a scheme (RFC 3986, 4.2). */
void
listing_put_href(struct http_writer *w, const struct listing_entry *e)
{
	http_put_text(w, "./");
	http_percent_encode(w, (struct http_span){e->name, e->len}, HTTP_PLAIN_UNRESERVED);
	if (e->type == LISTING_FOLDER)
		http_put_text(w, "/");
}

void
listing_put_time(struct http_writer *w, int64_t seconds, const char *form)
{
	time_t at = (time_t)seconds;
	char text[64];
	struct tm tm;

	if (gmtime_r(&at, &tm) && strftime(text, sizeof text, form, &tm) > 0)
		http_put_text(w, text);
}

/* Three digits at least, in units of 1,000 as in file managers: "12.3 kB". */
void
listing_put_size(struct http_writer *w, uint64_t octets)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	double n = (double)octets;
	size_t unit = 0;
	char text[32];

	for (; n >= 999.5 && unit < sizeof units / sizeof *units - 1; unit++)
		n /= 1000;
	snprintf(text, sizeof text, "%.*f %s", unit > 0 && n < 99.95 ? 1 : 0, n, units[unit]);
	http_put_text(w, text);
}
