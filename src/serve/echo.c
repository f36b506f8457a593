/*
 * serve/echo.c - one path that answers every method with what arrived. Of the content it keeps as
 * much as it shows, and reads all.
 */
#include "serve/impl.h"

#include "http/semantics/accept.h"
#include "serve/echo/echo.h"

#include <stdlib.h>
#include <string.h>

struct echo {
	struct intake intake;
	uint64_t length;
	size_t kept;
	char *page; /* the answer */
	char content[ECHO_CONTENT_MOST];
};

static struct echo *
echo_of(struct intake *in)
{
	return container_of(in, struct echo, intake);
}

static size_t
on_body(struct intake *in, struct http_exchange *x, const char *at, size_t n)
{
	struct echo *e = echo_of(in);
	size_t room = sizeof e->content - e->kept, keep = n < room ? n : room;

	memcpy(e->content + e->kept, at, keep);
	e->kept += keep;
	e->length += n;
	return n;
}

/* Renders with ever more room: an answer of the usual size takes little memory. */
static bool
render(struct echo *e, struct http_writer *w, enum echo_form form, enum page_lang lang,
    const struct echo_request *r)
{
	for (size_t most = ECHO_MOST / 64; most <= ECHO_MOST; most *= 4) {
		free(e->page);
		e->page = malloc(most);
		if (!e->page)
			return false;
		*w = http_writer(e->page, most);
		echo_put(w, form, lang, r);
		if (!w->err)
			return true;
	}
	return false;
}

static void
send(struct http_exchange *x, enum echo_form form, struct http_span page)
{
	const struct http_field field[] = {
	    {http_span_of("Content-Type"), http_span_of(echo_content_types[form])},
	    {http_span_of("Cache-Control"), http_span_of("no-store")},
	    {http_span_of("X-Content-Type-Options"), http_span_of("nosniff")},
	    {http_span_of("Content-Security-Policy"),
		http_span_of(
		    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
		    "base-uri 'none'")},
	};
	struct http_answer a = {.status = 200, .field = field, .fields = sizeof field / sizeof *field};

	a.content = http_memory(page.at, page.len);
	answer_send(x, &a);
}

static void
on_body_end(struct intake *in, struct http_exchange *x)
{
	struct echo *e = echo_of(in);
	const struct http_request *r = x->request;
	int form = http_accept_choose(r->field, r->fields, echo_form_types, ECHO_FORMS);
	const struct echo_request request = {.head = r,
	    .trailer = x->trailer,
	    .trailers = x->trailers,
	    .content = {e->content, e->kept},
	    .length = e->length};
	struct page_style style;
	struct http_writer w;

	answer_style(x, &style);
	if (form < 0)
		form = ECHO_TEXT;
	if (render(e, &w, (enum echo_form)form, style.lang, &request))
		send(x, (enum echo_form)form, (struct http_span){w.at, w.len});
	else
		answer_refuse(x, REFUSED_BUSY, NULL);
}

static void
on_end(struct intake *in, int result)
{
	free(echo_of(in)->page);
	free(echo_of(in));
}

bool
echo_is_at(const struct serve *s, const struct http_path *path)
{
	return s->set->echo && http_span_eq(path->text, http_span_of(s->set->echo + 1));
}

void
echo_answer(struct http_exchange *x)
{
	static const struct intake_ops ops = {on_body, on_body_end, on_end};
	struct echo *e = malloc(sizeof *e);

	if (!e) {
		answer_refuse(x, REFUSED_BUSY, NULL);
		return;
	}
	e->intake.ops = &ops;
	e->length = e->kept = 0;
	e->page = NULL;
	work_of(x)->task.intake = &e->intake;
	http_read_body(x);
}
