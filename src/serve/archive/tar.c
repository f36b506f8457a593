/*
 * serve/archive/tar.c - tar as POSIX has it: ustar, and pax headers for what that has no room for
 * (POSIX.1-2017, pax).
 */
#include "serve/archive/format.h"

#include "base/err.h"
#include "serve/page/page.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK = 512, NAME_MOST = 100 };

/* Fields of a header, and what its numbers can be at most. */
struct ustar {
	char name[NAME_MOST], mode[8], uid[8], gid[8], size[12], modified[12], sum[8], type, link[100],
	    magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], rest[12];
};
static_assert(sizeof(struct ustar) == BLOCK, "a header is a block");

#define OCTAL_11_MOST ((UINT64_C(1) << 33) - 1)

static void
put_octal(char *field, size_t size, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%0*llo", (int)size - 1, (unsigned long long)n);
	memcpy(field, text, size);
}

static void
put_sum(struct ustar *h)
{
	const unsigned char *octets = (const unsigned char *)h;
	unsigned sum = 0;

	memset(h->sum, ' ', sizeof h->sum);
	for (size_t i = 0; i < sizeof *h; i++)
		sum += octets[i];
	put_octal(h->sum, sizeof h->sum - 1, sum);
}

static void
put_header(struct http_writer *w, const struct tree_entry *e, char type, uint64_t size, struct http_span name)
{
	struct ustar h = {.type = type, .magic = "ustar", .version = {'0', '0'}};
	uint64_t modified = e->modified > 0 ? (uint64_t)e->modified : 0;

	memcpy(h.name, name.at, name.len < sizeof h.name ? name.len : sizeof h.name);
	put_octal(h.mode, sizeof h.mode, e->mode);
	put_octal(h.uid, sizeof h.uid, 0);
	put_octal(h.gid, sizeof h.gid, 0);
	put_octal(h.size, sizeof h.size, size <= OCTAL_11_MOST ? size : 0);
	put_octal(h.modified, sizeof h.modified, modified <= OCTAL_11_MOST ? modified : 0);
	put_sum(&h);
	http_put(w, (const char *)&h, sizeof h);
}

static void
pad(struct http_writer *w, uint64_t len)
{
	static const char zeros[BLOCK];

	http_put(w, zeros, (size_t)(BLOCK - len % BLOCK) % BLOCK);
}

/* "LENGTH KEY=VALUE\n", in which LENGTH counts its own digits, too. */
static void
put_record(struct http_writer *w, const char *key, struct http_span value)
{
	size_t rest = strlen(key) + value.len + 3, len = rest + 1;

	while (len - rest < (size_t)snprintf(NULL, 0, "%zu", len))
		len++;
	http_put_number(w, len, 10);
	http_put_text(w, " ");
	http_put_text(w, key);
	http_put_text(w, "=");
	http_put_span(w, value);
	http_put_text(w, "\n");
}

static bool
is_ascii(struct http_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.at[i] >= 0x80)
			return false;
	}
	return true;
}

/* What ustar cannot say of the entry. */
static void
put_records(struct http_writer *w, const struct tree_entry *e, struct http_span path)
{
	char number[24];

	if (path.len > NAME_MOST && !page_is_text(path))
		put_record(w, "hdrcharset", http_span_of("BINARY"));
	if (path.len > NAME_MOST || (!is_ascii(path) && page_is_text(path)))
		put_record(w, "path", path);
	if (e->size > OCTAL_11_MOST) {
		snprintf(number, sizeof number, "%llu", (unsigned long long)e->size);
		put_record(w, "size", http_span_of(number));
	}
	if (e->modified < 0 || e->modified > (int64_t)OCTAL_11_MOST) {
		snprintf(number, sizeof number, "%lld", (long long)e->modified);
		put_record(w, "mtime", http_span_of(number));
	}
}

static int
head(struct archive *a, struct http_writer *w)
{
	const struct tree_entry *e = &a->entry;
	char text[TREE_PATH + 1], records[TREE_PATH + 256];
	struct http_writer path = http_writer(text, sizeof text), more = http_writer(records, sizeof records);

	http_put_span(&path, e->path);
	if (e->folder)
		http_put_text(&path, "/");
	put_records(&more, e, (struct http_span){path.at, path.len});
	if (more.len > 0) {
		put_header(w, e, 'x', more.len, http_span_of("PaxHeader"));
		http_put(w, more.at, more.len);
		pad(w, more.len);
	}
	put_header(w, e, e->folder ? '5' : '0', e->size, (struct http_span){path.at, path.len});
	return more.err ? more.err : 0;
}

/* The header has said how long the file is. */
static ssize_t
content(struct archive *a, char *at, size_t room)
{
	ssize_t n = archive_read(a, at, room);

	return n == 0 && a->read < a->entry.size ? -LEAT_EPROTO : n;
}

static void
tail(struct archive *a, struct http_writer *w)
{
	pad(w, a->entry.size);
}

/* Two blocks of zeros. */
static bool
last(struct archive *a, struct http_writer *w)
{
	static const char zeros[2 * BLOCK];

	if (a->data)
		return false;
	a->data = (void *)zeros;
	http_put(w, zeros, sizeof zeros);
	return true;
}

static int
begin(struct archive *a)
{
	return 0;
}

static void
end(struct archive *a)
{
}

const struct archive_format_ops archive_tar = {begin, end, head, content, tail, last};
