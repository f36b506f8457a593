/*
 * serve/change/form.c - gives each file of a form to an upload.
 *
 * A parser that was fed has taken the octets. So it is fed no more than the upload has room for.
 */
#include "serve/change/form.h"

#include "http/semantics/disposition.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* PARTS_MOST: of one form. HELD: octets of a delimiter that may turn out to be data. */
enum { PARTS_MOST = 10000, HELD = HTTP_BOUNDARY_MOST + 8 };

struct form *
form_new(void)
{
	return calloc(1, sizeof(struct form));
}

bool
form_begin(struct form *f, struct http_span type)
{
	return http_multipart_begin(&f->multipart, type, f->head, sizeof f->head, PARTS_MOST);
}

static void
finish(struct form *f, enum form_fault fault)
{
	f->over = true;
	f->fault = fault;
	if (f->upload)
		upload_free(f->upload);
	f->upload = NULL;
	f->event(f);
}

static void
at_end(struct form *f)
{
	if (http_multipart_eof(&f->multipart) != HTTP_MULTIPART_END)
		finish(f, FORM_MALFORMED);
	else
		finish(f, f->files > 0 ? FORM_FINE : FORM_NO_FILE);
}

static void
file_over(struct form *f)
{
	struct upload *u = f->upload;

	f->waits = false;
	f->result = u->result;
	if (u->result > CHANGE_REPLACED) {
		finish(f, FORM_CHANGE);
		return;
	}
	f->files++;
	memcpy(f->name, u->place.name, sizeof f->name);
	f->upload = NULL;
	upload_free(u);
	if (f->ended)
		at_end(f);
	else
		f->event(f);
}

static void
on_upload(struct upload *u)
{
	struct form *f = u->owner;

	if (u->phase == UPLOAD_OVER)
		file_over(f);
	else
		f->event(f);
}

/* A form adds files: what has the name already stays. */
static enum change_result
open_place(struct form *f, struct upload *u, struct http_span name)
{
	enum change_result r = change_place_open(&u->place, f->site, f->path, name);

	if (r == CHANGE_NONE)
		r = change_look(&u->place, u->place.folder, &u->seen);
	if (r == CHANGE_NONE && u->seen.exists)
		r = S_ISDIR(u->seen.mode) ? CHANGE_FOLDER : CHANGE_STATE;
	return r == CHANGE_NONE ? upload_begin(u) : r;
}

static void
begin_file(struct form *f, struct http_span name)
{
	if (!http_safe_name(&name) || !change_name_valid(f->site, name)) {
		finish(f, FORM_NAME);
		return;
	}
	f->upload = upload_new();
	if (!f->upload) {
		f->result = CHANGE_BUSY;
		finish(f, FORM_CHANGE);
		return;
	}
	f->upload->jobs = f->jobs;
	f->upload->expect = CHANGE_EXPECT_SAME;
	f->upload->event = on_upload;
	f->upload->owner = f;
	f->result = open_place(f, f->upload, name);
	if (f->result != CHANGE_NONE)
		finish(f, FORM_CHANGE);
}

/* A part without the name of a file is another field of the form, or no file was chosen. */
static void
on_part(struct form *f)
{
	const struct http_part *part = &f->multipart.part;

	if (part->has_file_name && part->file_name.len > 0)
		begin_file(f, part->file_name);
}

static void
on_event(struct form *f, enum http_multipart_event e)
{
	switch (e) {
	case HTTP_MULTIPART_PART:
		on_part(f);
		break;
	case HTTP_MULTIPART_DATA:
		if (f->upload)
			upload_write(f->upload, f->multipart.data.at, f->multipart.data.len);
		break;
	case HTTP_MULTIPART_DONE:
		if (f->upload) {
			f->waits = true;
			upload_finish(f->upload);
		}
		break;
	case HTTP_MULTIPART_END:
		f->closed = true;
		break;
	case HTTP_MULTIPART_BAD:
		finish(f, FORM_MALFORMED);
		break;
	default:
		break;
	}
}

/* How many octets the parser may be fed. */
static size_t
room(struct form *f)
{
	if (f->waits)
		return 0;
	if (!f->upload)
		return SIZE_MAX;
	if (f->upload->phase == UPLOAD_TAKES && upload_room(f->upload) <= HELD)
		upload_push(f->upload);
	if (!f->upload) /* it has failed at once */
		return 0;
	return upload_room(f->upload) > HELD ? upload_room(f->upload) - HELD : 0;
}

size_t
form_write(struct form *f, const char *at, size_t n)
{
	size_t done = 0, most, used;

	while (done < n && !f->over && !f->closed && (most = room(f)) > 0) {
		if (most > n - done)
			most = n - done;
		on_event(f, http_multipart_next(&f->multipart, at + done, most, &used));
		done += used;
	}
	return f->over || f->closed ? n : done;
}

void
form_end(struct form *f)
{
	f->ended = true;
	if (!f->over && !f->waits)
		at_end(f);
}

void
form_free(struct form *f)
{
	if (f->upload)
		upload_free(f->upload);
	free(f);
}
