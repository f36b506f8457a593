/*
 * serve/answer.c - answers of every kind: redirects, and refusals with a page for people.
 */
#include "serve/impl.h"

#include "base/err.h"
#include "http/semantics/accept.h"

static const struct {
	unsigned status;
	const char *words, *source;
} refusals[] = {
    [REFUSED_NOT] = {0, "", ""},
#define X(name, status, words, source) [REFUSED_##name] = {status, words, source},
#include "serve/refusals.h"
#undef X
};

unsigned
answer_refusal_status(enum serve_refusal why)
{
	return refusals[why].status;
}

const char *
answer_refusal_words(enum serve_refusal why)
{
	return refusals[why].words;
}

void
answer_style(struct http_exchange *x, struct page_style *style)
{
	const struct http_request *r = x->request;
	int set = conn_of(x)->serve->set->lang;
	int lang = set >= 0 ? set : http_language_choose(r->field, r->fields, page_lang_tags, PAGE_LANGS);
	int form = http_accept_choose(r->field, r->fields, page_form_types, PAGE_FORMS);

	style->lang = lang < 0 ? PAGE_ENGLISH : (enum page_lang)lang;
	style->form = form < 0 ? PAGE_HTML : (enum page_form)form;
}

/* True if the content of the request is being read and has not ended. */
static bool
is_reading(struct http_exchange *x)
{
	enum http_intake intake = http_server_of(x)->intake;

	return intake == HTTP_TAKING || intake == HTTP_PAUSED;
}

/*
 * An answer that cannot be sent, as its head is too large, is the server's failure. One that comes
 * before the content has ended is the last of its connection.
 */
void
answer_send(struct http_exchange *x, struct http_answer *a)
{
	struct serve_task *t = &work_of(x)->task;

	t->status = a->status;
	a->last |= is_reading(x);
	t->length = x->request->method == HTTP_HEAD || a->status == 304 ? 0 : a->content.length;
	if (http_answer(x, a) < 0)
		http_abort(x);
}

void
answer_redirect(struct http_exchange *x, unsigned status, struct http_span location)
{
	struct http_field field = {http_span_of("Location"), location};
	struct http_answer a = {.status = status, .field = &field, .fields = 1};

	answer_send(x, &a);
}

void
answer_refuse(struct http_exchange *x, enum serve_refusal why, const struct http_field *more)
{
	struct serve_work *work = work_of(x);
	struct http_writer w = http_writer(work->scratch, sizeof work->scratch);
	struct http_field field[4] = {{.value = {NULL, 0}}};
	struct http_answer a = {.status = refusals[why].status, .field = field};
	struct page_style style;

	answer_style(x, &style);
	page_error(&w, &style, a.status, NULL);
	field[a.fields++] =
	    (struct http_field){http_span_of("Content-Type"), http_span_of(page_content_types[style.form])};
	field[a.fields++] =
	    (struct http_field){http_span_of("Vary"), http_span_of("Accept, Accept-Language")};
	if (a.status == 503)
		field[a.fields++] = (struct http_field){http_span_of("Retry-After"), http_span_of("2")};
	if (more)
		field[a.fields++] = *more;
	a.content = http_memory(w.at, w.len);
	work->task.refusal = why;
	answer_send(x, &a);
}
