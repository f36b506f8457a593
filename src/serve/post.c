/*
 * serve/post.c - POST to a folder: the files of a form are added to it (RFC 7578).
 */
#include "serve/impl.h"

#include "http/semantics/accept.h"
#include "http/uri/percent.h"
#include "serve/change/form.h"

#include <stdlib.h>

struct post {
	struct intake intake;
	struct http_exchange *x;
	struct form *form;
	uint64_t taken;
};

static struct post *
post_of(struct intake *in)
{
	return container_of(in, struct post, intake);
}

/* As the request has it, a path could begin with "//", which names another host. */
static void
put_folder(struct http_writer *w, struct http_exchange *x)
{
	struct http_span path = work_of(x)->task.path_text;

	http_put_text(w, "/");
	http_percent_encode(w, path, HTTP_PLAIN_PATH);
	http_put_text(w, path.len > 0 ? "/" : "");
}

/* A browser goes back to the folder (RFC 9110, 15.4.4). */
static void
answer_browser(struct http_exchange *x)
{
	struct serve_work *work = work_of(x);
	struct http_writer w = http_writer(work->scratch, sizeof work->scratch);
	struct http_field field = {.name = http_span_of("Location")};
	struct http_answer a = {.status = 303, .field = &field, .fields = 1};

	put_folder(&w, x);
	field.value = (struct http_span){w.at, w.len};
	answer_send(x, &a);
}

static void
put_sentence(struct http_writer *w, const struct form *f, bool json)
{
	http_put_text(w, json ? "{\"stored\":" : "");
	http_put_number(w, f->files, 10);
	http_put_text(w, json ? "}\n" : f->files == 1 ? " file stored\n" : " files stored\n");
}

/* With Location if there is one file that it can name. */
static void
answer_program(struct http_exchange *x, const struct form *f, bool json)
{
	struct serve_work *work = work_of(x);
	struct http_writer w = http_writer(work->scratch, sizeof work->scratch);
	struct http_field field[2] = {
	    {http_span_of("Content-Type"), http_span_of(json ? "application/json" : "text/plain")}};
	struct http_answer a = {.status = 201, .field = field, .fields = 1};

	put_sentence(&w, f, json);
	a.content = http_memory(w.at, w.len);
	if (f->files == 1) {
		w = http_writer(w.at + w.len, w.most - w.len);
		put_folder(&w, x);
		http_percent_encode(&w, http_span_of(f->name), HTTP_PLAIN_SEGMENT);
		if (!w.err)
			field[a.fields++] = (struct http_field){http_span_of("Location"), {w.at, w.len}};
	}
	answer_send(x, &a);
}

static void
answer_stored(struct http_exchange *x, const struct form *f)
{
	static const char *const forms[] = {"text/plain", "application/json", "text/html"};
	int form = http_accept_choose(x->request->field, x->request->fields, forms, 3);

	if (form == 2)
		answer_browser(x);
	else
		answer_program(x, f, form == 1);
}

static void
answer_form(struct http_exchange *x, const struct form *f)
{
	conn_of(x)->serve->counts->stored += f->files;
	switch (f->fault) {
	case FORM_FINE:
		answer_stored(x, f);
		break;
	case FORM_NAME:
		answer_refuse(x, REFUSED_NAME, NULL);
		break;
	case FORM_CHANGE:
		if (f->result == CHANGE_STATE)
			answer_refuse(x, REFUSED_EXISTS, NULL);
		else
			change_refuse(x, f->result);
		break;
	default:
		answer_refuse(x, f->fault == FORM_NO_FILE ? REFUSED_NO_FILE : REFUSED_FORM, NULL);
	}
}

static void
on_form(struct form *f)
{
	struct http_exchange *x = ((struct post *)f->owner)->x;

	if (work_of(x)->task.status)
		return;
	if (f->over)
		answer_form(x, f);
	else
		http_resume(x);
}

/* What still comes after an answer is thrown away. */
static size_t
on_body(struct intake *in, struct http_exchange *x, const char *at, size_t n)
{
	struct post *p = post_of(in);
	uint64_t most = conn_of(x)->serve->set->upload_most;

	if (work_of(x)->task.status)
		return n;
	if (most && n > most - p->taken) {
		answer_refuse(x, REFUSED_LARGE, NULL);
		return n;
	}
	n = form_write(p->form, at, n);
	p->taken += n;
	return n;
}

static void
on_body_end(struct intake *in, struct http_exchange *x)
{
	if (!work_of(x)->task.status)
		form_end(post_of(in)->form);
}

static void
on_end(struct intake *in, int result)
{
	form_free(post_of(in)->form);
	free(post_of(in));
}

static struct post *
post_new(struct http_exchange *x)
{
	static const struct intake_ops ops = {on_body, on_body_end, on_end};
	struct post *p = malloc(sizeof *p);

	if (!p)
		return NULL;
	*p = (struct post){.intake.ops = &ops, .x = x, .form = form_new()};
	if (p->form)
		return p;
	free(p);
	return NULL;
}

static void
set_form(struct post *p, struct form *f)
{
	struct serve *s = conn_of(p->x)->serve;

	f->site = s->site;
	f->jobs = s->set->jobs;
	f->path = work_of(p->x)->task.path_text;
	f->event = on_form;
	f->owner = p;
}

void
post_answer(struct http_exchange *x, const struct http_path *path)
{
	const struct http_field *type =
	    http_field_find(x->request->field, x->request->fields, "content-type");
	struct http_field accept = {http_span_of("Accept-Post"), http_span_of("multipart/form-data")};
	struct post *p;

	if (site_hides(conn_of(x)->serve->site, path)) {
		answer_refuse(x, REFUSED_HIDDEN, NULL);
		return;
	}
	if (change_refuse_content(x))
		return;
	p = post_new(x);
	if (!p) {
		answer_refuse(x, REFUSED_BUSY, NULL);
		return;
	}
	work_of(x)->task.intake = &p->intake;
	set_form(p, p->form);
	if (type && form_begin(p->form, type->value))
		http_read_body(x);
	else
		answer_refuse(x, REFUSED_MEDIA, &accept);
}
