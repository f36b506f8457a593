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

void
site_head_build(struct site_file *f, struct http_span name, struct http_span more)
{
	struct http_writer w = http_writer(f->head_octets, sizeof f->head_octets);
	size_t first;

	f->modified = site_seconds(f->state.modified);
	f->type = http_media_type_of(name);
	build_etag(f);
	http_write_text_field(&w, "Content-Type", f->type->type);
	if (f->coding != HTTP_IDENTITY)
		http_write_text_field(&w, "Content-Encoding", http_coding_name(f->coding));
	http_write_text_field(&w, "Accept-Ranges", "bytes");
	first = w.len;
	write_date(&w, f->modified);
	http_write_field(&w, http_span_of("ETag"), f->etag.tag);
	if (f->type->compress)
		http_write_text_field(&w, "Vary", "Accept-Encoding");
	http_write_built(&w, more);
	f->head = (struct http_span){w.at, w.len};
	f->validators = (struct http_span){w.at + first, w.len - first};
}
