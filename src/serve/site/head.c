/*
 * serve/site/head.c - the field lines that describe a file. They are built once for each state of
 * it, not for each request.
 */
#include "serve/site/impl.h"

#include "http/message/writer.h"
#include "http/semantics/date.h"

void
site_put_etag(struct http_writer *w, const struct site_state *st, enum http_coding coding)
{
	http_put_text(w, "\"");
	http_put_number(w, (uint64_t)st->modified, 16);
	http_put_text(w, "-");
	http_put_number(w, (uint64_t)st->size, 16);
	if (coding != HTTP_IDENTITY) {
		http_put_text(w, "-");
		http_put_text(w, http_coding_name(coding));
	}
	http_put_text(w, "\"");
}

static void
build_etag(struct site_file *f)
{
	struct http_writer w = http_writer(f->etag_octets, sizeof f->etag_octets);

	site_put_etag(&w, &f->state, f->coding);
	f->etag.tag = (struct http_span){w.at, w.len};
}

static void
write_date(struct http_writer *w, int64_t seconds)
{
	char date[HTTP_DATE_LEN];

	http_date_write(seconds, date);
	http_write_field(w, http_span_of("Last-Modified"), (struct http_span){date, sizeof date});
}

static void
write_type(struct http_writer *w, const struct site_file *f)
{
	http_write_text_field(w, "Content-Type", f->type->type);
}

/* Compressed octets may differ from one compression to the next: RFC 9110, 8.8.1. */
static void
write_weak_tag(struct http_writer *w, const struct site_file *f)
{
	http_put_text(w, "ETag: W/");
	http_put_span(w, f->etag.tag);
	http_put_text(w, "\r\n");
}

static struct http_span
cut(const struct http_writer *w, size_t from, size_t to)
{
	return (struct http_span){w->at + from, to - from};
}

/* The lines stand in an order in which those of each response follow one another. */
void
site_head_build(struct site_file *f, struct http_span name, struct http_span more)
{
	struct http_writer w = http_writer(f->head_octets, sizeof f->head_octets);
	size_t tag, date, plain, weak;

	f->modified = site_seconds(f->state.modified);
	f->type = http_media_type_of(name);
	build_etag(f);
	write_type(&w, f);
	if (f->coding != HTTP_IDENTITY)
		http_write_text_field(&w, "Content-Encoding", http_coding_name(f->coding));
	http_write_text_field(&w, "Accept-Ranges", "bytes");
	tag = w.len;
	http_write_field(&w, http_span_of("ETag"), f->etag.tag);
	date = w.len;
	write_date(&w, f->modified);
	if (f->type->compress)
		http_write_text_field(&w, "Vary", "Accept-Encoding");
	http_write_built(&w, more);
	plain = w.len;
	write_weak_tag(&w, f);
	weak = w.len;
	write_type(&w, f);
	f->head = (struct site_head){cut(&w, 0, plain), cut(&w, tag, plain)};
	f->coded_head = (struct site_head){cut(&w, date, w.len), cut(&w, date, weak)};
}
