/*
 * get/report/report.c - the facts of a transfer, and where its report goes.
 */
#include "get/report/report.h"

#include "get/show/format.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
report_forget(struct report_head *h)
{
	free(h->field);
	free(h->text);
	*h = (struct report_head){0};
}

static struct http_span
copy_span(char **at, struct http_span s)
{
	struct http_span copy = {*at, s.len};

	if (s.len > 0)
		memcpy(*at, s.at, s.len);
	*at += s.len;
	return copy;
}

void
report_keep(struct report_head *h, const struct http_response *r)
{
	size_t octets = 1;
	char *at;

	report_forget(h);
	for (uint32_t i = 0; i < r->fields; i++)
		octets += r->field[i].name.len + r->field[i].value.len;
	h->field = calloc(r->fields + 1, sizeof *h->field);
	h->text = at = malloc(octets);
	if (!h->field || !h->text) {
		report_forget(h);
		return;
	}
	for (uint32_t i = 0; i < r->fields; i++) {
		h->field[i].name = copy_span(&at, r->field[i].name);
		h->field[i].value = copy_span(&at, r->field[i].value);
	}
	h->fields = r->fields;
}

static struct http_span
span_of(const char *text)
{
	return text ? http_span_of(text) : (struct http_span){NULL, 0};
}

static struct get_times
times_of(const struct transfer_info *i)
{
	return (struct get_times){.name = i->named,
	    .connect = i->connected,
	    .pretransfer = i->requested,
	    .first_octet = i->first,
	    .redirect = i->redirected,
	    .total = i->ended};
}

/* Texts that the facts point to. */
struct report_texts {
	char local[IPADDR_TEXT], remote[IPADDR_TEXT], effective[GET_URL_MOST];
};

static void
fill_in_ends(struct get_facts *f, const struct transfer_info *i, struct report_texts *x)
{
	if (i->connects == 0 && i->status == 0)
		return;
	f->local_ip = http_span_of(ipaddr_text(&i->local.addr, x->local));
	f->remote_ip = http_span_of(ipaddr_text(&i->remote.addr, x->remote));
	f->local_port = i->local.port;
	f->remote_port = i->remote.port;
}

static struct http_span
effective_url(const struct transfer *t, struct report_texts *x)
{
	struct http_writer w = http_writer(x->effective, sizeof x->effective);

	if (!t->url.text)
		return (struct http_span){NULL, 0};
	http_uri_put(&w, &t->url.uri);
	return (struct http_span){x->effective, w.err ? 0 : w.len};
}

static void
fill_in(struct get_facts *f, const struct report *r, struct report_texts *x)
{
	const struct transfer *t = r->transfer;
	const struct transfer_info *i = &t->info;

	*f = (struct get_facts){.url = span_of(r->url),
	    .redirect = span_of(i->redirect_url),
	    .method = span_of(r->method),
	    .filename = span_of(r->filename),
	    .referer = span_of(r->referer),
	    .error = t->result.code ? http_span_of(t->result.words) : (struct http_span){NULL, 0},
	    .urlnum = r->urlnum,
	    .exit_code = (int)t->result.code,
	    .status = i->status,
	    .has_version = i->status != 0,
	    .minor = (uint8_t)i->minor,
	    .field = r->head->field,
	    .fields = r->head->fields,
	    .downloaded = i->received,
	    .uploaded = i->sent,
	    .head_octets = i->head_received,
	    .request_octets = i->head_sent,
	    .connects = i->connects,
	    .redirects = i->redirects,
	    .time = times_of(i)};
	f->effective = effective_url(t, x);
	f->scheme = t->url.text ? t->url.uri.scheme : (struct http_span){NULL, 0};
	fill_in_ends(f, i, x);
}

/* Writes all octets, also to a pipe that is full and must not be waited for. */
static void
write_all(int fd, struct http_span s)
{
	while (s.len > 0) {
		ssize_t n = write(fd, s.at, s.len);
		struct pollfd room = {.fd = fd, .events = POLLOUT};

		if (n < 0 && errno == EAGAIN)
			poll(&room, 1, -1);
		else if (n < 0 && errno != EINTR)
			return;
		if (n > 0)
			s = (struct http_span){s.at + n, s.len - (size_t)n};
	}
}

static void
put(struct format_out *o, struct http_span octets, bool errors)
{
	write_all(errors ? STDERR_FILENO : STDOUT_FILENO, octets);
}

static void
unknown(struct format_out *o, struct http_span name)
{
	fprintf(stderr, "leat get: unknown --write-out variable: '%.*s'\n", (int)name.len, name.at);
}

void
report_print(const char *format, const struct report *r)
{
	struct report_texts *x = malloc(sizeof *x);
	struct format_out o = {put, unknown};
	struct get_facts f;

	if (!x)
		return;
	fflush(stdout);
	fill_in(&f, r, x);
	format_write(http_span_of(format), &f, &o);
	free(x);
}
