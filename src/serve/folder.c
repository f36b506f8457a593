/*
 * serve/folder.c - answers with the listing of a folder. A large folder is read and sorted in
 * parts, one a turn of the world: others are served meanwhile.
 */
#include "serve/impl.h"

#include "base/err.h"

#include <unistd.h>

static void
on_more(struct timer *t)
{
	struct serve_task *task = container_of(t, struct serve_task, listing_more);

	http_resume(&container_of(task, struct serve_work, task)->http.x);
}

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
	if (listing_new(&set, &t->listing) < 0) {
		close(fd);
		answer_refuse(x, REFUSED_BUSY, NULL);
		return;
	}
	timer_init(&t->listing_more, on_more);
	send_listing(x, set.style.form);
}

ssize_t
folder_produce(struct serve *s, struct serve_task *t, char *at, size_t room)
{
	ssize_t n = listing_produce(t->listing, at, room);

	if (n == -LEAT_EAGAIN)
		timer_arm(s->world->wheel, &t->listing_more, io_now(s->world));
	return n;
}

void
folder_end(struct serve *s, struct serve_task *t)
{
	timer_cancel(s->world->wheel, &t->listing_more);
	listing_free(t->listing);
	t->listing = NULL;
}
