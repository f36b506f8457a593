/*
 * serve/work.c - a pool of what requests need while they are under way.
 */
#include "serve/impl.h"

#include <stdlib.h>

/* Free ones that are kept: as many requests are at work at a time on a busy server. */
enum { WORKS_KEPT = 64 };

/* What the response needs, or its body, goes on in another turn of the world. */
static void
on_more(struct timer *t)
{
	struct serve_task *task = container_of(t, struct serve_task, more);
	struct http_exchange *x = &container_of(task, struct serve_work, task)->http.x;

	if (task->prepare)
		task->prepare(x);
	else
		http_resume(x);
}

static struct serve_work *
new_work(void)
{
	struct serve_work *w = malloc(sizeof *w);

	if (w)
		timer_init(&w->task.more, on_more);
	return w;
}

static struct serve_work *
from_pool(struct serve *s)
{
	struct serve_work *w = s->works;

	if (!w)
		return new_work();
	s->works = w->next;
	s->works_free--;
	return w;
}

struct serve_work *
work_take(struct serve_conn *c)
{
	struct serve_work *w = from_pool(c->serve);
	struct http_buffers b;

	if (!w)
		return NULL;
	b = (struct http_buffers){w->in, sizeof w->in, w->out, sizeof w->out, w->field, WORK_FIELDS};
	http_server_init(&w->http, &c->serve->service, &b);
	w->http.requests = c->requests;
	w->http.data = c;
	c->work = w;
	return w;
}

void
work_give(struct serve_conn *c)
{
	struct serve_work *w = c->work;
	struct serve *s = c->serve;

	c->requests = w->http.requests;
	c->work = NULL;
	if (s->works_free == WORKS_KEPT) {
		free(w);
		return;
	}
	w->next = s->works;
	s->works = w;
	s->works_free++;
}

void
works_free(struct serve *s)
{
	struct serve_work *w;

	while ((w = s->works)) {
		s->works = w->next;
		free(w);
	}
}
