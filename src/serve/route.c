/*
 * serve/route.c - which part of the server answers a request. The handler of all connections.
 */
#include "serve/impl.h"

#include "base/err.h"
#include "http/semantics/method.h"
#include "http/uri/percent.h"

#include <unistd.h>

/* The path in its normal form, with "/" at its end (RFC 9110, 15.4.2 and 15.4.9). */
static void
redirect_to_folder(struct http_exchange *x, const struct http_path *path, unsigned status)
{
	struct serve_work *work = work_of(x);
	struct http_writer w = http_writer(work->scratch, sizeof work->scratch);

	http_put_text(&w, "/");
	http_percent_encode(&w, path->text, HTTP_PLAIN_PATH);
	http_put_text(&w, "/");
	if (x->request->has_query) {
		http_put_text(&w, "?");
		http_put_span(&w, x->request->query);
	}
	if (w.err)
		answer_refuse(x, REFUSED_PATH_LONG, NULL);
	else
		answer_redirect(x, status, (struct http_span){w.at, w.len});
}

static enum serve_refusal
refusal_of_path(enum http_path_result r)
{
	return r == HTTP_PATH_LONG    ? REFUSED_PATH_LONG
	       : r == HTTP_PATH_ABOVE ? REFUSED_PATH_ABOVE
				      : REFUSED_PATH_BAD;
}

static enum serve_refusal
refusal_of_kind(enum site_kind kind)
{
	switch (kind) {
	case SITE_HIDDEN:
		return REFUSED_HIDDEN;
	case SITE_OUTSIDE:
		return REFUSED_OUTSIDE;
	case SITE_DENIED:
		return REFUSED_DENIED;
	case SITE_BUSY:
		return REFUSED_BUSY;
	case SITE_BROKEN:
		return REFUSED_BROKEN;
	default:
		return REFUSED_ABSENT;
	}
}

/* An application of one page has one file for all addresses that it makes up. */
static struct site_found
find(struct serve *s, const struct http_path *path, const struct http_coding_weights *accept)
{
	static const struct http_path root = {.text = {"", 0}, .folder = true};
	struct site_found found = site_find(s->site, path, accept, io_now(s->world));

	serve_tidy_later(s);
	if (found.kind != SITE_ABSENT || !s->set->spa)
		return found;
	found = site_find(s->site, &root, accept, io_now(s->world));
	if (found.kind == SITE_FOLDER) {
		close(found.fd);
		found.kind = SITE_ABSENT;
	}
	return found;
}

static void
answer_path(struct http_exchange *x, const struct http_path *path)
{
	struct http_coding_weights accept;
	struct site_found found;

	if (login_answer(x) || pack_answer(x, path))
		return;
	http_coding_weights(x->request->field, x->request->fields, &accept);
	found = find(conn_of(x)->serve, path, &accept);
	switch (found.kind) {
	case SITE_FILE:
		file_answer(x, found.file, &accept);
		break;
	case SITE_FOLDER:
		folder_answer(x, found.fd, &accept);
		break;
	case SITE_SLASH:
		redirect_to_folder(x, path, 301);
		break;
	default:
		answer_refuse(x, refusal_of_kind(found.kind), NULL);
	}
}

/* A form for a folder without "/" at its end is to be sent to the folder. */
static bool
redirect_form(struct http_exchange *x, const struct http_path *path)
{
	static const struct http_coding_weights accept;
	struct serve *s = conn_of(x)->serve;
	struct site_found found;

	if (x->request->method != HTTP_POST || !s->set->upload || path->folder || echo_is_at(s, path))
		return false;
	found = site_find(s->site, path, &accept, io_now(s->world));
	if (found.kind == SITE_FILE)
		site_release(s->site, found.file);
	else if (found.kind == SITE_FOLDER)
		close(found.fd);
	if (found.kind != SITE_SLASH)
		return false;
	redirect_to_folder(x, path, 308);
	return true;
}

static void
answer_change(struct http_exchange *x, const struct http_path *path)
{
	struct serve *s = conn_of(x)->serve;

	if (origin_is_other(x->request))
		answer_refuse(x, REFUSED_ORIGIN, NULL);
	else if (!site_is_current(s->site, io_now(s->world))) /* a file would be stored where no one looks */
		answer_refuse(x, REFUSED_REPLACED, NULL);
	else if (x->request->method == HTTP_PUT)
		put_answer(x, path);
	else if (x->request->method == HTTP_POST)
		post_answer(x, path);
	else
		delete_answer(x, path);
}

static void
answer_method(struct http_exchange *x, const struct http_path *path)
{
	struct serve *s = conn_of(x)->serve;
	enum http_method method = x->request->method;
	unsigned allowed = methods_allowed(s, path);

	if (redirect_form(x, path) || methods_refuse(x, allowed))
		return;
	if (method == HTTP_OPTIONS)
		methods_options(x, allowed, methods_elsewhere(s, path));
	else if (echo_is_at(s, path))
		echo_answer(x);
	else if (http_method_is_safe(method))
		answer_path(x, path);
	else
		answer_change(x, path);
}

/* "*" (RFC 9112, 3.2.4) and the authority of CONNECT are no paths: they count as the root. */
static enum http_path_result
read_path(struct serve_task *t, const struct http_request *r, struct http_path *path)
{
	bool has_path = r->form == HTTP_FORM_ORIGIN || r->form == HTTP_FORM_ABSOLUTE;
	enum http_path_result result =
	    http_path_decode(has_path ? r->path : http_span_of("/"), t->path, sizeof t->path, path);

	t->path_text = path->text;
	return result;
}

void
route_answer(struct http_exchange *x)
{
	struct serve_task *t = &work_of(x)->task;
	struct http_path path = {.text = {"", 0}};
	enum http_path_result r = read_path(t, x->request, &path);

	if (!host_is_ours(conn_of(x)->serve->set, x->request->authority))
		answer_refuse(x, REFUSED_HOST_OTHER, NULL);
	else if (r != HTTP_PATH_OK)
		answer_refuse(x, refusal_of_path(r), NULL);
	else if (!redirect_answer(x, &path))
		answer_method(x, &path);
}

static void
task_begin(struct serve_task *t, nsec_t now)
{
	t->began = now;
	t->status = 0;
	t->length = 0;
	t->made = 0;
	t->refusal = REFUSED_NOT;
	t->intake = NULL;
	t->user[0] = '\0';
	list_init(&t->login.node);
	t->body = NULL;
	t->prepare = NULL;
}

static void
on_request(struct http_exchange *x)
{
	struct serve *s = conn_of(x)->serve;

	task_begin(&work_of(x)->task, io_now(s->world));
	serve_tick(s);
	if (conn_of(x)->metrics)
		metrics_answer(x);
	else if (login_passes(x))
		route_answer(x);
}

static size_t
on_body(struct http_exchange *x, const char *at, size_t n)
{
	struct intake *in = work_of(x)->task.intake;

	return in->ops->body(in, x, at, n);
}

static void
on_body_end(struct http_exchange *x)
{
	struct intake *in = work_of(x)->task.intake;

	in->ops->body_end(in, x);
}

static ssize_t
on_produce(struct http_exchange *x, char *at, size_t room)
{
	struct io_world *world = conn_of(x)->serve->world;
	struct serve_task *t = &work_of(x)->task;
	ssize_t n = body_produce(t->body, at, room);

	if (n > 0)
		t->made += (uint64_t)n;
	else if (n == -LEAT_EAGAIN)
		timer_arm(world->wheel, &t->more, io_now(world));
	return n;
}

/* A page of the server's own cannot fail, and a file that stands for it is not tried twice. */
static bool
on_taken_back(struct http_exchange *x, int error)
{
	struct serve *s = conn_of(x)->serve;
	struct serve_task *t = &work_of(x)->task;

	if (t->refusal != REFUSED_NOT)
		return false;
	timer_cancel(s->world->wheel, &t->more);
	if (t->body)
		body_end(t->body);
	t->body = NULL;
	t->made = 0;
	t->coding = HTTP_IDENTITY;
	answer_refuse(x, error == -LEAT_ENOMEM ? REFUSED_BUSY : REFUSED_BROKEN, NULL);
	return true;
}

static void
on_done(struct http_exchange *x, int result)
{
	struct serve *s = conn_of(x)->serve;
	struct serve_task *t = &work_of(x)->task;

	if (list_linked(&t->login.node)) /* no one knows whether it is this user */
		t->user[0] = '\0';
	auth_leave(&t->login);
	record_done(x, result);
	if (t->intake)
		t->intake->ops->end(t->intake, result);
	if (t->body)
		body_end(t->body);
	timer_cancel(s->world->wheel, &t->more);
}

const struct http_handler serve_handler = {
    .request = on_request,
    .body = on_body,
    .body_end = on_body_end,
    .produce = on_produce,
    .taken_back = on_taken_back,
    .done = on_done,
};

void
route_refused(struct http_server *http, const struct http_refused *r)
{
	serve_tick(((struct serve_conn *)http->data)->serve);
	record_refused(http->data, r);
}
