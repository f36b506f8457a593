/*
 * serve/folder.c - answers with the listing of a folder.
 */
#include "serve/impl.h"

#include <unistd.h>

static void
choose(const struct http_exchange *x, struct listing_settings *set)
{
	answer_style(x->request, &set->style);
	listing_query_read(x->request->query, &set->query);
	if (set->query.form >= 0)
		set->style.form = (enum page_form)set->query.form;
}

static void
send_listing(struct http_exchange *x, enum page_form form)
{
	struct http_field field[3] = {
	    {http_span_of("Content-Type"), http_span_of(page_content_types[form])},
	    {http_span_of("Vary"), http_span_of("Accept, Accept-Language")},
	    {http_span_of("Cache-Control"), http_span_of("no-cache")},
	};
	struct http_answer a = {.status = 200, .field = field, .fields = 3};

	a.content = http_produced(HTTP_LENGTH_UNKNOWN);
	answer_send(x, &a);
}

void
folder_answer(struct http_exchange *x, int fd)
{
	struct serve *s = conn_of(x)->serve;
	struct serve_task *t = &work_of(x)->task;
	struct listing_settings set = {
	    .folder = fd, .root = site_root(s->site), .path = t->path_text, .hidden = s->set->site.hidden};

	choose(x, &set);
	if (listing_new(&set, &t->body) < 0) {
		close(fd);
		answer_refuse(x, REFUSED_BUSY, NULL);
		return;
	}
	send_listing(x, set.style.form);
}
