/*
 * serve/put.c - PUT: the content becomes the file at the path (RFC 9110, 9.3.4).
 */
#include "serve/impl.h"

#include "serve/change/upload.h"

#include <stdlib.h>
#include <sys/stat.h>

struct put {
	struct intake intake;
	struct http_exchange *x;
	struct upload *upload;
};

static struct put *
put_of(struct intake *in)
{
	return container_of(in, struct put, intake);
}

static void
answer_stored(struct http_exchange *x, const struct upload *u)
{
	char octets[SITE_ETAG_MOST];
	struct http_writer w = http_writer(octets, sizeof octets);
	struct http_field field = {.name = http_span_of("ETag")};
	struct http_answer a = {
	    .status = u->result == CHANGE_ADDED ? 201 : 204, .field = &field, .fields = 1};

	site_put_etag(&w, &u->state, HTTP_IDENTITY);
	field.value = (struct http_span){w.at, w.len};
	conn_of(x)->serve->counts->stored++;
	answer_send(x, &a);
}

static void
on_upload(struct upload *u)
{
	struct http_exchange *x = ((struct put *)u->owner)->x;

	if (work_of(x)->task.status)
		return;
	if (u->phase != UPLOAD_OVER)
		http_resume(x);
	else if (u->result <= CHANGE_REPLACED)
		answer_stored(x, u);
	else
		change_refuse(x, u->result);
}

/* What still comes after a refusal is thrown away. */
static size_t
on_body(struct intake *in, struct http_exchange *x, const char *at, size_t n)
{
	struct upload *u = put_of(in)->upload;
	uint64_t most = conn_of(x)->serve->set->upload_most;

	if (work_of(x)->task.status)
		return n;
	if (most && n > most - u->length) {
		answer_refuse(x, REFUSED_LARGE, NULL);
		return n;
	}
	return upload_write(u, at, n);
}

static void
on_body_end(struct intake *in, struct http_exchange *x)
{
	if (!work_of(x)->task.status)
		upload_finish(put_of(in)->upload);
}

static void
on_end(struct intake *in, int result)
{
	upload_free(put_of(in)->upload);
	free(put_of(in));
}

static struct put *
put_new(struct http_exchange *x)
{
	static const struct intake_ops ops = {on_body, on_body_end, on_end};
	struct put *p = malloc(sizeof *p);

	if (!p)
		return NULL;
	*p = (struct put){.intake.ops = &ops, .x = x, .upload = upload_new()};
	if (p->upload)
		return p;
	free(p);
	return NULL;
}

/* What is there is looked at before the content is asked for: so a refusal comes at once. */
static bool
refuse_state(struct http_exchange *x, struct upload *u)
{
	enum change_result r = change_look(&u->place, u->place.folder, &u->seen);

	if (r == CHANGE_NONE && u->seen.exists && S_ISDIR(u->seen.mode))
		r = CHANGE_FOLDER;
	else if (r == CHANGE_NONE && !change_conditions_hold(x, &u->seen, &u->expect))
		r = CHANGE_STATE;
	if (r != CHANGE_NONE)
		change_refuse(x, r);
	return r != CHANGE_NONE;
}

static void
begin(struct http_exchange *x, const struct http_path *path, struct upload *u)
{
	enum change_result r = change_place_of(x, path, &u->place);

	if (r == CHANGE_NONE && refuse_state(x, u))
		return;
	if (r == CHANGE_NONE)
		r = upload_begin(u);
	if (r == CHANGE_NONE && !upload_has_room(u, x->request->framed.length))
		r = CHANGE_FULL;
	if (r != CHANGE_NONE)
		change_refuse(x, r);
	else
		http_read_body(x);
}

void
put_answer(struct http_exchange *x, const struct http_path *path)
{
	struct put *p;

	if (http_field_find(x->request->field, x->request->fields, "content-range")) {
		answer_refuse(x, REFUSED_PART, NULL);
		return;
	}
	if (change_refuse_content(x))
		return;
	p = put_new(x);
	if (!p) {
		answer_refuse(x, REFUSED_BUSY, NULL);
		return;
	}
	p->upload->jobs = conn_of(x)->serve->set->jobs;
	p->upload->event = on_upload;
	p->upload->owner = p;
	work_of(x)->task.intake = &p->intake;
	begin(x, path, p->upload);
}
