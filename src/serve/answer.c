/*
 * serve/answer.c - answers of every kind: redirects, and refusals with a page for people.
 */
#include "serve/impl.h"

#include "base/err.h"
#include "http/semantics/accept.h"
#include "http/semantics/method.h"

#include <unistd.h>

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

static void
add_field(struct http_answer *a, struct http_field *field, const char *name, const char *value)
{
	field[a->fields++] = (struct http_field){http_span_of(name), http_span_of(value)};
}

/* The file that is sent with @status, or NULL: a page is made. */
static struct site_file *
find_error_page(const struct serve *s, unsigned status)
{
	static const struct http_coding_weights plain;
	struct site_found found = {.kind = SITE_ABSENT};

	for (unsigned i = 0; i < s->set->error_pages_n && found.kind == SITE_ABSENT; i++) {
		const struct serve_error_page *page = &s->set->error_pages[i];
		struct http_path path = {.text = page->path};

		if (page->status == status)
			found = site_find(s->site, &path, &plain, io_now(s->world));
	}
	if (found.kind == SITE_FOLDER)
		close(found.fd);
	return found.kind == SITE_FILE ? found.file : NULL;
}

/* Becomes the task's body, instead of what could not be sent. */
static void
take_file(struct http_exchange *x, struct site_file *f)
{
	struct serve_task *t = &work_of(x)->task;

	if (t->body)
		body_end(t->body);
	body_file_init(&t->file, conn_of(x)->serve->site, f);
	t->body = &t->file.body;
}

/* Who wants to change something has to know what to change about the request. */
static const char *
detail_of(struct http_exchange *x)
{
	return http_method_is_safe(x->request->method) ? NULL : refusals[work_of(x)->task.refusal].words;
}

static void
make_page(struct http_exchange *x, struct http_answer *a, struct http_field *field)
{
	struct serve_work *work = work_of(x);
	struct http_writer w = http_writer(work->scratch, sizeof work->scratch);
	struct page_style style;

	answer_style(x, &style);
	page_error(&w, &style, a->status, detail_of(x));
	add_field(a, field, "Content-Type", page_content_types[style.form]);
	add_field(a, field, "Vary", "Accept, Accept-Language");
	a->content = http_memory(w.at, w.len);
}

void
answer_refuse(struct http_exchange *x, enum serve_refusal why, const struct http_field *more)
{
	struct http_field field[4] = {{.value = {NULL, 0}}};
	struct http_answer a = {.status = refusals[why].status, .field = field};
	struct site_file *f = find_error_page(conn_of(x)->serve, a.status);

	work_of(x)->task.refusal = why;
	if (f) {
		take_file(x, f);
		add_field(&a, field, "Content-Type", f->type->type);
		a.content = file_content(x, f, 0, (uint64_t)f->state.size);
	} else {
		make_page(x, &a, field);
	}
	if (a.status == 503)
		add_field(&a, field, "Retry-After", "2");
	if (more)
		field[a.fields++] = *more;
	answer_send(x, &a);
}
