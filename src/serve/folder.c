/*
 * serve/folder.c - answers with the list of a folder's names, as far at a time as the output has
 * room: a folder of any size keeps neither memory nor others waiting.
 */
#include "serve/impl.h"

#include <unistd.h>

void
folder_answer(struct http_exchange *x, int fd)
{
	struct serve *s = conn_of(x)->serve;
	struct serve_task *t = &work_of(x)->task;
	struct http_field field[3];
	struct http_answer a = {.status = 200, .field = field, .fields = 3};

	t->folder = slab_take(&s->folder_slab);
	if (!t->folder) {
		close(fd);
		answer_refuse(x, REFUSED_BUSY, NULL);
		return;
	}
	t->folder->fd = fd;
	answer_style(x->request, &t->style);
	field[0] = (struct http_field){
	    http_span_of("Content-Type"), http_span_of(page_content_types[t->style.form])};
	field[1] = (struct http_field){http_span_of("Vary"), http_span_of("Accept, Accept-Language")};
	field[2] = (struct http_field){http_span_of("Cache-Control"), http_span_of("no-cache")};
	a.content = http_produced(HTTP_LENGTH_UNKNOWN);
	answer_send(x, &a);
}

/* Puts entries while one fits. 0 at the end, 1 if there are more, or a negative errno. */
static int
put_entries(struct serve *s, struct serve_task *t, struct http_writer *w)
{
	struct site_entry e;
	int more = 1;

	while (more > 0 && w->most - w->len >= PAGE_ENTRY_MOST) {
		more = site_folder_next(s->site, t->folder, &e);
		if (more > 0)
			page_list_entry(
			    w, &t->style, &(struct page_entry){e.name, e.folder}, t->entries++ == 0);
	}
	return more;
}

ssize_t
folder_produce(struct serve *s, struct serve_task *t, char *at, size_t room)
{
	struct http_writer w = http_writer(at, room);
	int more = 1;

	if (t->ended)
		return 0;
	if (!t->begun)
		page_list_begin(&w, &t->style, t->path_text);
	t->begun = true;
	if (w.err == 0)
		more = put_entries(s, t, &w);
	if (more == 0) {
		page_list_end(&w, &t->style);
		t->ended = true;
	}
	return more < 0 ? more : w.err ? w.err : (ssize_t)w.len;
}

void
folder_end(struct serve *s, struct serve_task *t)
{
	close(t->folder->fd);
	slab_give(&s->folder_slab, t->folder);
	t->folder = NULL;
}
