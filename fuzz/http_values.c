/*
 * fuzz/http_values.c - any octets as the value of each field that the semantics read: dates, tags,
 * conditions, preferences, names of files, proxies, credentials and challenges. A date that was
 * read is written and read again as the same, and a name leads into no other folder.
 */
#include "http/semantics/accept.h"
#include "http/semantics/basic.h"
#include "http/semantics/coding.h"
#include "http/semantics/condition.h"
#include "http/semantics/date.h"
#include "http/semantics/disposition.h"
#include "http/semantics/forwarded.h"
#include "http/semantics/media_type.h"
#include "http/semantics/param.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1700000000, ROOM = 4096 };

static void
check_date(struct http_span s)
{
	char text[HTTP_DATE_LEN];
	int64_t seconds, again;

	if (!http_date_read(s, NOW, &seconds))
		return;
	http_date_write(seconds, text);
	if (seconds <= 253402300799 &&
	    (!http_date_read((struct http_span){text, sizeof text}, NOW, &again) || again != seconds))
		abort();
}

static void
check_name(struct http_span s)
{
	static char buf[ROOM];
	struct http_writer w = http_writer(buf, sizeof buf);
	struct http_span name;

	if (!http_disposition_name(&w, s))
		return;
	name = (struct http_span){buf, w.len};
	if (http_safe_name(&name) && (name.len == 0 || memchr(name.at, '/', name.len) ||
					 memchr(name.at, 0, name.len) || http_span_is(name, "..")))
		abort();
}

/* What is quoted means what it did before. */
static void
check_quoted(struct http_span s)
{
	static char buf[ROOM], back[ROOM];
	struct http_writer w = http_writer(buf, sizeof buf), b = http_writer(back, sizeof back);
	struct http_span params;
	struct http_param p;

	http_put_text(&w, "n=");
	http_put_quoted(&w, s);
	params = (struct http_span){buf, w.len};
	if (w.err)
		return;
	if (!http_param_next(&params, &p) || params.len > 0)
		abort();
	http_put_param(&b, &p);
	if (b.err || !http_span_eq((struct http_span){back, b.len}, s))
		abort();
}

static void
read_as_fields(struct http_span s)
{
	static const char *const names[] = {"accept", "accept-language", "accept-encoding", "if-match",
	    "if-none-match", "if-modified-since", "if-unmodified-since", "forwarded", "x-forwarded-for"};
	static const char *const offer[] = {"text/html", "en"};
	struct http_validators v = {true, true, true, {{"\"a\"", 3}, false}, NOW};
	struct http_trusted all[] = {{IPADDR_ANY4, 0}, {IPADDR_ANY6, 0}};
	struct http_coding_weights w;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct http_field f = {http_span_of(names[i]), s};

		http_accept_choose(&f, 1, offer, 2);
		http_language_choose(&f, 1, offer, 2);
		http_coding_weights(&f, 1, &w);
		http_condition(HTTP_GET, &f, 1, &v, NOW);
		http_forwarded_client(HTTP_FORWARDED, &f, 1, &IPADDR_ANY4, all, 2);
		http_forwarded_client(HTTP_X_FORWARDED_FOR, &f, 1, &IPADDR_ANY4, all, 2);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_span s = {(const char *)data, size}, user, password, params;
	static char buf[ROOM];
	struct http_writer w = http_writer(buf, sizeof buf);

	if (size > ROOM / 4)
		return 0;
	check_date(s);
	check_name(s);
	check_quoted(s);
	read_as_fields(s);
	http_basic_read(s, buf, sizeof buf, &user, &password);
	http_challenge_realm(&w, s, "basic");
	http_content_type(s, &params);
	http_media_type_of(s);
	return 0;
}
