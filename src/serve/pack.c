/*
 * serve/pack.c - answers with a folder as an archive: ?archive=zip, tar, tar.gz or tar.zst, of the
 * entries that name=NAME chooses, else of all.
 */
#include "serve/impl.h"

#include "base/err.h"
#include "http/semantics/disposition.h"
#include "http/uri/percent.h"
#include "http/uri/query.h"
#include "serve/archive/archive.h"

#include <unistd.h>

/* Archives at one time, of all workers, since each keeps the disk and a processor busy. */
enum { ARCHIVES_MOST = 4 };

static const struct kind {
	const char *name, *type;
	enum archive_format format;
	enum http_coding coding;
} kinds[] = {
    {"zip", "application/zip", ARCHIVE_ZIP, HTTP_IDENTITY},
    {"tar", "application/x-tar", ARCHIVE_TAR, HTTP_IDENTITY},
    {"tar.gz", "application/gzip", ARCHIVE_TAR, HTTP_GZIP},
    {"tar.zst", "application/zstd", ARCHIVE_TAR, HTTP_ZSTD},
};

/* The kind that is asked for, if this build can make it. */
static const struct kind *
kind_of(const struct http_request *r)
{
	struct http_span value;

	http_query_find(r->query, "archive", &value);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (http_form_is(value, kinds[i].name))
			return archive_known(kinds[i].format) && coder_knows(kinds[i].coding) ? &kinds[i]
											      : NULL;
	}
	return NULL;
}

/* The names that are chosen, each with a zero after it. False if one has a zero in it. */
static bool
put_names(struct http_writer *w, struct http_span query)
{
	struct http_span name, value;

	while (http_query_next(&query, &name, &value)) {
		size_t from = w->len;

		if (!http_form_is(name, "name"))
			continue;
		http_form_decode(w, value);
		if (w->err || memchr(w->at + from, '\0', w->len - from))
			return false;
		http_put(w, "", 1);
	}
	return w->err == 0;
}

/* The last name in the path; that of the root is not for others to know. */
static struct http_span
folder_name(struct http_span path)
{
	struct http_span rest = path, name = http_span_of("files"), segment;

	while (http_path_next(&rest, &segment))
		name = segment;
	return name;
}

static void
send_archive(struct http_exchange *x, const struct kind *kind)
{
	struct serve_work *work = work_of(x);
	struct http_writer name = http_writer(work->scratch, 512);
	struct http_writer w = http_writer(work->scratch + 512, sizeof work->scratch - 512);
	struct http_field field[3] = {
	    {http_span_of("Content-Type"), http_span_of(kind->type)},
	    {http_span_of("Content-Disposition"), {NULL, 0}},
	    {http_span_of("Cache-Control"), http_span_of("no-store")},
	};
	struct http_answer a = {.status = 200, .field = field, .fields = 3};

	http_put_span(&name, folder_name(work->task.path_text));
	http_put_text(&name, ".");
	http_put_text(&name, kind->name);
	http_put_disposition(&w, "attachment", (struct http_span){name.at, name.len});
	field[1].value = (struct http_span){w.at, w.len};
	a.content = http_produced(HTTP_LENGTH_UNKNOWN);
	answer_send(x, &a);
}

/* Compresses a tar archive as a whole. False without memory. */
static bool
compress(struct serve *s, struct serve_task *t, enum http_coding coding)
{
	struct body *body;

	if (coding == HTTP_IDENTITY)
		return true;
	body = compress_new(t->body, coding, UINT64_MAX, NULL, &s->now[SERVE_ENCODERS]);
	if (body)
		t->body = body;
	return body != NULL;
}

/* The open folder becomes the archive's. */
static void
make(struct http_exchange *x, int folder, const struct kind *kind)
{
	struct serve *s = conn_of(x)->serve;
	struct serve_work *work = work_of(x);
	struct http_writer names = http_writer(work->scratch, sizeof work->scratch);
	struct archive_settings set = {.format = kind->format,
	    .site = s->site,
	    .folder = folder,
	    .base = work->task.path_text,
	    .name = folder_name(work->task.path_text),
	    .now = s->common_at,
	    .running = &s->now[SERVE_ARCHIVES]};
	int e = put_names(&names, x->request->query) ? 0 : -LEAT_ENOENT;

	set.names = (struct http_span){names.at, names.len};
	if (e == 0)
		e = archive_new(&set, &work->task.body);
	if (e < 0)
		close(folder);
	if (e < 0 || !compress(s, &work->task, kind->coding))
		answer_refuse(x, e == -LEAT_ENOENT ? REFUSED_ABSENT : REFUSED_BUSY, NULL);
	else
		send_archive(x, kind);
}

static bool
is_asked(const struct serve *s, const struct http_request *r)
{
	struct http_span value;

	return !s->set->no_archives && r->has_query && http_query_find(r->query, "archive", &value);
}

/* The folder that @path names by a "/" at its end; -1: there is none. */
static int
open_folder(const struct serve *s, const struct http_path *path)
{
	char text[SITE_PATH_MOST + 1];
	int fd;

	if (!(path->folder || path->text.len == 0) || path->text.len >= sizeof text ||
	    site_hides(s->site, path))
		return -1;
	memcpy(text, path->text.len > 0 ? path->text.at : ".", path->text.len > 0 ? path->text.len : 1);
	text[path->text.len > 0 ? path->text.len : 1] = '\0';
	fd = site_open_folder(site_root(s->site), text);
	return fd < 0 ? -1 : fd;
}

static void
answer(struct http_exchange *x, int folder)
{
	struct serve *s = conn_of(x)->serve;
	const struct kind *kind = kind_of(x->request);

	if (kind && x->request->method != HTTP_HEAD &&
	    share_gauge_all(s->share, SERVE_ARCHIVES) < ARCHIVES_MOST) {
		make(x, folder, kind);
		return;
	}
	close(folder);
	if (!kind)
		answer_refuse(x, REFUSED_ARCHIVE, NULL);
	else if (x->request->method == HTTP_HEAD)
		send_archive(x, kind);
	else
		answer_refuse(x, REFUSED_ARCHIVES, NULL);
}

bool
pack_answer(struct http_exchange *x, const struct http_path *path)
{
	const struct serve *s = conn_of(x)->serve;
	int folder;

	if (!is_asked(s, x->request))
		return false;
	if (!site_is_current(s->site, io_now(s->world))) {
		answer_refuse(x, REFUSED_REPLACED, NULL);
		return true;
	}
	folder = open_folder(s, path);
	if (folder >= 0)
		answer(x, folder);
	return folder >= 0;
}

/* What people can open without another program. */
const char *
pack_offered(const struct serve *s)
{
	if (s->set->no_archives)
		return NULL;
	return archive_known(ARCHIVE_ZIP) ? "zip" : "tar";
}
