/*
 * get/keep/store_head.c - the head of an entry: written, read, and compared with a request.
 */
#include "get/keep/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "leat-get-cache 1\n"

static bool
is_secret(struct http_span name)
{
	return http_span_is(name, "authorization") || http_span_is(name, "cookie");
}

struct http_field *
store_without_secrets(const struct http_field *field, size_t n)
{
	enum { DIGITS = 17 };
	struct http_field *copy = malloc(n * (sizeof *copy + DIGITS) + 1);
	char *text = (char *)(copy + n);

	for (size_t i = 0; copy && i < n; i++) {
		copy[i] = field[i];
		if (!is_secret(field[i].name))
			continue;
		snprintf(text, DIGITS, "%016" PRIx64, store_hash(1, field[i].value.at, field[i].value.len));
		copy[i].value = (struct http_span){text, DIGITS - 1};
		text += DIGITS;
	}
	return copy;
}

static bool
same_secret(const struct store_entry *e, const struct http_field *now, size_t n, const char *name)
{
	const struct http_field *a = http_field_find(e->request, e->requests, name);
	const struct http_field *b = http_field_find(now, n, name);

	return a && b ? http_span_eq(a->value, b->value) : !a && !b;
}

bool
store_selects(const struct store_entry *e, const struct http_field *now, size_t n)
{
	return same_secret(e, now, n, "authorization") && same_secret(e, now, n, "cookie") &&
	       http_cache_selects(&e->cached, e->request, e->requests, now, n);
}

void
store_head_put(struct http_writer *w, const struct store_entry *e)
{
	size_t from = w->len;
	char line[160];

	http_put_text(w, MARK);
	http_put_span(w, e->uri);
	snprintf(line, sizeof line, "\n%u %" PRId64 " %" PRId64 " %" PRIu64 " %016" PRIx64 " %zu %zu\n",
	    e->cached.status, e->cached.requested, e->cached.received, e->length, e->hash, e->requests,
	    e->cached.n);
	http_put_text(w, line);
	http_write_fields(w, e->request, e->requests);
	http_write_fields(w, e->cached.field, e->cached.n);
	if (w->err)
		return;
	snprintf(line, sizeof line, "%016" PRIx64 " %08zx leat1\n",
	    store_hash(2, w->at + from, w->len - from), w->len - from);
	http_put_text(w, line);
}

/* Takes the next line off *@rest, without its CR and LF. */
static bool
next_line(struct http_span *rest, struct http_span *line)
{
	const char *end = rest->len > 0 ? memchr(rest->at, '\n', rest->len) : NULL;

	if (!end)
		return false;
	*line = (struct http_span){rest->at, (size_t)(end - rest->at)};
	*rest = (struct http_span){end + 1, rest->len - line->len - 1};
	if (line->len > 0 && line->at[line->len - 1] == '\r')
		line->len--;
	return true;
}

static bool
read_fields(struct http_span *rest, struct http_field *field, size_t n)
{
	struct http_span line;

	for (size_t i = 0; i < n; i++) {
		const char *colon = next_line(rest, &line) ? memchr(line.at, ':', line.len) : NULL;

		if (!colon)
			return false;
		field[i].name = (struct http_span){line.at, (size_t)(colon - line.at)};
		field[i].value =
		    http_span_trim((struct http_span){colon + 1, line.len - field[i].name.len - 1});
	}
	return true;
}

/* Reads the numbers of the third line, and makes room for as many fields as it says. */
static int
read_numbers(struct store_entry *e, struct http_span line)
{
	char text[160];
	struct http_field *field;

	if (line.len >= sizeof text)
		return -EBADMSG;
	memcpy(text, line.at, line.len);
	text[line.len] = '\0';
	if (sscanf(text, "%u %" SCNd64 " %" SCNd64 " %" SCNu64 " %" SCNx64 " %zu %zu", &e->cached.status,
		&e->cached.requested, &e->cached.received, &e->length, &e->hash, &e->requests,
		&e->cached.n) != 7 ||
	    e->requests > STORE_FIELDS_MOST || e->cached.n > STORE_FIELDS_MOST)
		return -EBADMSG;
	field = calloc(e->requests + e->cached.n + 1, sizeof *field);
	if (!field)
		return -ENOMEM;
	e->request = field;
	e->cached.field = field + e->requests;
	return 0;
}

static int
read_text(struct store_entry *e, size_t len)
{
	struct http_span rest = {e->text, len}, line;
	size_t mark = strlen(MARK);
	int err;

	if (rest.len < mark || memcmp(rest.at, MARK, mark) != 0)
		return -EBADMSG;
	rest = (struct http_span){rest.at + mark, rest.len - mark};
	if (!next_line(&rest, &e->uri) || !next_line(&rest, &line))
		return -EBADMSG;
	err = read_numbers(e, line);
	if (err < 0)
		return err;
	return read_fields(&rest, e->request, e->requests + e->cached.n) && rest.len == 0 ? 0 : -EBADMSG;
}

/* Reads exactly @n octets from @offset. */
static int
read_all(int fd, char *at, size_t n, off_t offset)
{
	ssize_t got = pread(fd, at, n, offset);

	return got < 0 ? -errno : (size_t)got < n ? -EBADMSG : 0;
}

/* The length of the head and its hash, from the end of the file. */
static int
read_tail(int fd, off_t size, size_t *len, uint64_t *hash)
{
	char tail[STORE_TAIL + 1] = "";
	int n = 0, e = size < STORE_TAIL ? -EBADMSG : read_all(fd, tail, STORE_TAIL, size - STORE_TAIL);

	if (e < 0)
		return e;
	if (sscanf(tail, "%16" SCNx64 " %8zx leat1%n", hash, len, &n) != 2 || n != STORE_TAIL - 1 ||
	    tail[STORE_TAIL - 1] != '\n' || *len > STORE_HEAD_MOST || (off_t)*len > size - STORE_TAIL)
		return -EBADMSG;
	return 0;
}

static int
fill(struct store_entry *e, int fd)
{
	struct stat st;
	size_t len = 0;
	uint64_t hash = 0;
	int err = fstat(fd, &st) < 0 ? -errno : read_tail(fd, st.st_size, &len, &hash);

	if (err < 0)
		return err;
	e->text = malloc(len + 1);
	if (!e->text)
		return -ENOMEM;
	err = read_all(fd, e->text, len, st.st_size - STORE_TAIL - (off_t)len);
	if (err == 0 && store_hash(2, e->text, len) != hash)
		err = -EBADMSG;
	if (err == 0)
		err = read_text(e, len);
	return err == 0 && e->length + len + STORE_TAIL != (uint64_t)st.st_size ? -EBADMSG : err;
}

int
store_head_read(int fd, struct store_entry **out)
{
	struct store_entry *e = calloc(1, sizeof *e);
	int err;

	if (!e)
		return -ENOMEM;
	e->fd = -1;
	err = fill(e, fd);
	if (err < 0) {
		store_entry_free(e);
		return err;
	}
	e->fd = fd;
	*out = e;
	return 0;
}

void
store_entry_free(struct store_entry *e)
{
	if (!e)
		return;
	if (e->fd >= 0)
		close(e->fd);
	free(e->request);
	free(e->text);
	free(e);
}
