/*
 * get/show/format_value.c - the table of the variables, and how a value is written.
 */
#include "get/show/format.h"

#include <stdio.h>

struct row {
	const char *name;
	enum format_kind kind;
	struct http_span (*text)(const struct get_facts *f);
	uint64_t (*count)(const struct get_facts *f);
	nsec_t (*time)(const struct get_facts *f);
};

#define TEXT(name, value)                                                                                    \
	static struct http_span name(const struct get_facts *f)                                              \
	{                                                                                                    \
		return value;                                                                                \
	}
#define COUNT(name, value)                                                                                   \
	static uint64_t name(const struct get_facts *f)                                                      \
	{                                                                                                    \
		return value;                                                                                \
	}
#define TIME(name, value)                                                                                    \
	static nsec_t name(const struct get_facts *f)                                                        \
	{                                                                                                    \
		return value;                                                                                \
	}

static struct http_span
content_type(const struct get_facts *f)
{
	const struct http_field *type = http_field_find(f->field, f->fields, "Content-Type");

	return type ? type->value : (struct http_span){NULL, 0};
}

static struct http_span
http_version(const struct get_facts *f)
{
	return http_span_of(!f->has_version ? "0" : f->minor == 0 ? "1" : "1.1");
}

static uint64_t
none(const struct get_facts *f)
{
	return 0;
}

static nsec_t
never(const struct get_facts *f)
{
	return 0;
}

/* clang-format off */
TEXT(errormsg, f->error)
TEXT(filename_effective, f->filename)
TEXT(local_ip, f->local_ip)
TEXT(method, f->method)
TEXT(redirect_url, f->redirect)
TEXT(referer, f->referer)
TEXT(remote_ip, f->remote_ip)
TEXT(scheme, f->scheme)
TEXT(url, f->url)
TEXT(url_effective, f->effective)
COUNT(exitcode, (uint64_t)f->exit_code)
COUNT(http_code, f->status)
COUNT(http_connect, f->connect_status)
COUNT(local_port, f->local_port)
COUNT(num_connects, f->connects)
COUNT(num_headers, f->fields)
COUNT(num_redirects, f->redirects)
COUNT(remote_port, f->remote_port)
COUNT(size_download, f->downloaded)
COUNT(size_header, f->head_octets)
COUNT(size_request, f->request_octets)
COUNT(size_upload, f->uploaded)
COUNT(speed_download, get_facts_speed(f, f->downloaded))
COUNT(speed_upload, get_facts_speed(f, f->uploaded))
COUNT(urlnum, f->urlnum)
TIME(time_connect, f->time.connect)
TIME(time_namelookup, f->time.name)
TIME(time_pretransfer, f->time.pretransfer)
TIME(time_redirect, f->time.redirect)
TIME(time_starttransfer, f->time.first_octet)
TIME(time_total, f->time.total)

#define TEXT_ROW(name) {#name, FORMAT_TEXT, name, NULL, NULL}
#define COUNT_ROW(name) {#name, FORMAT_COUNT, NULL, name, NULL}
#define TIME_ROW(name) {#name, FORMAT_TIME, NULL, NULL, name}

static const struct row rows[] = {
	TEXT_ROW(content_type),
	TEXT_ROW(errormsg),
	COUNT_ROW(exitcode),
	TEXT_ROW(filename_effective),
	COUNT_ROW(http_code),
	COUNT_ROW(http_connect),
	TEXT_ROW(http_version),
	TEXT_ROW(local_ip),
	COUNT_ROW(local_port),
	TEXT_ROW(method),
	COUNT_ROW(num_connects),
	COUNT_ROW(num_headers),
	COUNT_ROW(num_redirects),
	{"proxy_ssl_verify_result", FORMAT_COUNT, NULL, none, NULL},
	TEXT_ROW(redirect_url),
	TEXT_ROW(referer),
	TEXT_ROW(remote_ip),
	COUNT_ROW(remote_port),
	{"response_code", FORMAT_COUNT, NULL, http_code, NULL},
	TEXT_ROW(scheme),
	COUNT_ROW(size_download),
	COUNT_ROW(size_header),
	COUNT_ROW(size_request),
	COUNT_ROW(size_upload),
	COUNT_ROW(speed_download),
	COUNT_ROW(speed_upload),
	{"ssl_verify_result", FORMAT_COUNT, NULL, none, NULL},
	{"time_appconnect", FORMAT_TIME, NULL, NULL, never},
	TIME_ROW(time_connect),
	TIME_ROW(time_namelookup),
	TIME_ROW(time_pretransfer),
	TIME_ROW(time_redirect),
	TIME_ROW(time_starttransfer),
	TIME_ROW(time_total),
	TEXT_ROW(url),
	TEXT_ROW(url_effective),
	COUNT_ROW(urlnum),
};
/* clang-format on */

const char *
format_variable(size_t i)
{
	return i < sizeof rows / sizeof *rows ? rows[i].name : NULL;
}

struct format_value
format_value_of(size_t i, const struct get_facts *f)
{
	struct format_value v = {.kind = rows[i].kind};

	if (v.kind == FORMAT_TEXT)
		v.text = rows[i].text(f);
	else if (v.kind == FORMAT_COUNT)
		v.count = rows[i].count(f);
	else
		v.time = rows[i].time(f);
	return v;
}

/* A status has three digits, also if there was none. */
static bool
is_status(const char *name)
{
	return strcmp(name, "http_code") == 0 || strcmp(name, "response_code") == 0 ||
	       strcmp(name, "http_connect") == 0;
}

static void
put_row(struct http_writer *w, size_t i, const struct get_facts *f)
{
	struct format_value v = format_value_of(i, f);
	char text[40];

	if (v.kind == FORMAT_TIME)
		snprintf(text, sizeof text, "%lld.%06lld", (long long)(v.time / SEC),
		    (long long)(v.time % SEC / USEC));
	else
		snprintf(text, sizeof text, is_status(rows[i].name) ? "%03llu" : "%llu",
		    (unsigned long long)v.count);
	http_put_span(w, v.kind == FORMAT_TEXT ? v.text : http_span_of(text));
}

bool
format_put_value(struct http_writer *w, struct http_span variable, const struct get_facts *f)
{
	if (http_span_eq(variable, http_span_of("json"))) {
		format_put_json(w, f);
		return true;
	}
	if (http_span_eq(variable, http_span_of("header_json"))) {
		format_put_header_json(w, f);
		return true;
	}
	for (size_t i = 0; format_variable(i); i++) {
		if (http_span_eq(variable, http_span_of(rows[i].name))) {
			put_row(w, i, f);
			return true;
		}
	}
	return false;
}
