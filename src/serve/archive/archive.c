/*
 * serve/archive/archive.c - packs entry after entry: the format's head, the content, the tail.
 */
#include "serve/archive/format.h"

#include "base/err.h"
#include "base/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Looking at an entry counts as so many octets of a turn. */
enum { ENTRY_COSTS = 2048 };

ssize_t
archive_read(struct archive *a, char *at, size_t room)
{
	uint64_t left = a->entry.size - a->read;
	size_t len = left < room ? (size_t)left : room;
	ssize_t n = (ssize_t)len;

	if (len > 0 && a->entry.fd < 0)
		memcpy(at, a->entry.text.at + a->read, len);
	else if (len > 0) {
		do
			n = pread(a->entry.fd, at, len, (off_t)a->read);
		while (n < 0 && errno == EINTR);
	}
	if (n < 0)
		return -errno;
	a->read += (uint64_t)n;
	a->worked += (size_t)n;
	return n;
}

static void
close_entry(struct archive *a)
{
	if (a->entry.fd >= 0)
		close(a->entry.fd);
	a->entry.fd = -1;
}

static void
set_piece(struct archive *a, const struct http_writer *w)
{
	a->piece = (struct http_span){w->at, w->len};
}

static int
next_entry(struct archive *a, struct http_writer *w)
{
	int result = tree_next(&a->tree, &a->entry);

	a->worked += ENTRY_COSTS;
	if (result == TREE_END)
		a->phase = ARCHIVE_LAST;
	if (result != TREE_ENTRY)
		return result < 0 ? result : 0;
	a->read = 0;
	a->phase = ARCHIVE_CONTENT;
	return a->ops->head(a, w);
}

static void
end_entry(struct archive *a, struct http_writer *w)
{
	close_entry(a);
	a->ops->tail(a, w);
	a->phase = ARCHIVE_NEXT;
}

/*
 * One step: octets at @at, or a piece that is to be taken next, or neither. Returns the number of
 * these octets, or an error.
 */
static ssize_t
step(struct archive *a, char *at, size_t room)
{
	struct http_writer w = http_writer(a->octets, sizeof a->octets);
	ssize_t n = 0;

	if (a->phase == ARCHIVE_NEXT)
		n = next_entry(a, &w);
	else if (a->phase == ARCHIVE_LAST)
		a->phase = a->ops->last(a, &w) ? ARCHIVE_LAST : ARCHIVE_OVER;
	else
		n = a->ops->content(a, at, room);
	if (a->phase == ARCHIVE_CONTENT && n == 0 && w.len == 0)
		end_entry(a, &w);
	set_piece(a, &w);
	return w.err ? w.err : n;
}

static size_t
take_piece(struct archive *a, char *at, size_t room)
{
	size_t n = a->piece.len < room ? a->piece.len : room;

	memcpy(at, a->piece.at, n);
	a->piece.at += n;
	a->piece.len -= n;
	return n;
}

/* Octets as far as they go. If it must rest then, the next call says so. */
static ssize_t
make(struct archive *a, char *at, size_t room)
{
	size_t made = 0;
	ssize_t n = 0;

	while (made < room && (a->piece.len > 0 || a->phase != ARCHIVE_OVER)) {
		a->rests = a->worked >= ARCHIVE_TURN;
		if (a->rests)
			break;
		n = a->piece.len > 0 ? (ssize_t)take_piece(a, at + made, room - made)
				     : step(a, at + made, room - made);
		if (n < 0)
			break;
		made += (size_t)n;
		a->made += (uint64_t)n;
	}
	if (n < 0 && n != -LEAT_EAGAIN)
		a->error = (int)n;
	return made > 0 ? (ssize_t)made : a->rests ? -LEAT_EAGAIN : n;
}

static ssize_t
produce(struct body *body, char *at, size_t room)
{
	struct archive *a = container_of(body, struct archive, body);
	ssize_t n = a->error ? a->error : a->rests ? -LEAT_EAGAIN : make(a, at, room);

	if (n == -LEAT_EAGAIN) {
		a->rests = false;
		a->worked = 0;
	}
	return n;
}

static void
end(struct body *body)
{
	struct archive *a = container_of(body, struct archive, body);

	close_entry(a);
	a->ops->end(a);
	tree_end(&a->tree);
	(*a->running)--;
	free(a);
}

bool
archive_known(enum archive_format format)
{
#ifdef LEAT_WITH_ZLIB
	return true;
#else
	return format == ARCHIVE_TAR;
#endif
}

static const struct archive_format_ops *
ops_of(enum archive_format format)
{
#ifdef LEAT_WITH_ZLIB
	if (format == ARCHIVE_ZIP)
		return &archive_zip;
#endif
	return &archive_tar;
}

int
archive_new(const struct archive_settings *s, struct body **out)
{
	static const struct body_ops ops = {produce, end};
	struct archive *a = malloc(sizeof *a + s->names.len);
	int e = -LEAT_ENOMEM;

	if (!a)
		return e;
	memset(a, 0, offsetof(struct archive, octets));
	a->body.ops = &ops;
	a->ops = ops_of(s->format);
	if (s->names.len > 0)
		memcpy(a->names, s->names.at, s->names.len);
	a->entry.fd = -1;
	a->running = s->running;
	e = a->ops->begin(a);
	if (e < 0)
		goto no_format;
	e = tree_begin(
	    &a->tree, s->site, s->folder, s->base, (struct http_span){a->names, s->names.len}, s->name);
	if (e < 0)
		goto no_tree;
	a->tree.now = s->now;
	(*a->running)++;
	*out = &a->body;
	return 0;
no_tree:
	a->ops->end(a);
no_format:
	free(a);
	return e;
}
