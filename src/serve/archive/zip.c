/*
 * serve/archive/zip.c - entries of a zip file (APPNOTE.TXT 6.3.10), as one that is read as it comes
 * can be taken apart again: all content is deflated, which says itself where it ends, and its size
 * and checksum follow it.
 *
 * What does not become smaller is deflated without a search (level 0), at the speed of a copy.
 */
#include "serve/archive/zip.h"

#include "base/err.h"
#include "base/nsec.h"
#include "http/semantics/media_type.h"
#include "serve/page/page.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Level 5 takes a third more time for 4% less: docs/design/0052. */
enum { LEVEL = 4 };

/*
 * Files of this size on have sizes of 64 bits after their content; without a search they grow by
 * less than a part in a thousand.
 */
#define LARGE (ZIP_MOST_32 - (ZIP_MOST_32 >> 8))

/* Date and time of MS-DOS, from 1980 to 2107, in UTC. */
static uint32_t
dos_time(int64_t seconds)
{
	time_t at = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&at, &tm) || tm.tm_year < 80)
		return 1 << 21 | 1 << 16;
	if (tm.tm_year > 207)
		return UINT32_C(0xff9fbf7d);
	return (uint32_t)(tm.tm_year - 80) << 25 | (uint32_t)(tm.tm_mon + 1) << 21 |
	       (uint32_t)tm.tm_mday << 16 | (uint32_t)tm.tm_hour << 11 | (uint32_t)tm.tm_min << 5 |
	       (uint32_t)tm.tm_sec / 2;
}

void
zip_put_common(struct http_writer *w, const struct archive *a, uint64_t packed, uint64_t size)
{
	const struct zip *zip = a->data;

	zip_put(w, zip->flags, 2);
	zip_put(w, zip->method, 2);
	zip_put(w, dos_time(a->entry.modified), 4);
	zip_put(w, zip->crc, 4);
	zip_put(w, packed, 4);
	zip_put(w, size, 4);
	zip_put(w, a->entry.path.len + a->entry.folder, 2);
}

void
zip_put_path(struct http_writer *w, const struct tree_entry *e)
{
	http_put_span(w, e->path);
	if (e->folder)
		http_put_text(w, "/");
}

size_t
zip_time_len(const struct tree_entry *e)
{
	return e->modified >= INT32_MIN && e->modified <= INT32_MAX ? 9 : 0;
}

void
zip_put_time(struct http_writer *w, const struct tree_entry *e)
{
	if (zip_time_len(e) == 0)
		return;
	zip_put(w, ZIP_EXTRA_TIME, 2);
	zip_put(w, 5, 2);
	zip_put(w, 1, 1);
	zip_put(w, (uint64_t)e->modified, 4);
}

static int
level_of(const struct tree_entry *e)
{
	return http_media_type_of(e->path)->compress ? LEVEL : 0;
}

static void
begin_entry(struct archive *a)
{
	struct zip *zip = a->data;
	bool large = a->entry.size >= LARGE;

	zip->begins = a->made;
	zip->crc = 0;
	zip->packed = 0;
	zip->last = false;
	zip->ended = a->entry.folder;
	zip->version = large ? ZIP_VERSION_64 : ZIP_VERSION;
	zip->method = a->entry.folder ? 0 : ZIP_DEFLATE;
	zip->flags = a->entry.folder ? 0 : ZIP_DESCRIPTOR;
	if (page_is_text(a->entry.path))
		zip->flags |= ZIP_UTF8;
	if (a->entry.folder)
		return;
	deflateReset(&zip->z);
	zip->z.avail_in = 0;
	zip->z.avail_out = 0;
	deflateParams(&zip->z, level_of(&a->entry), Z_DEFAULT_STRATEGY);
}

static int
head(struct archive *a, struct http_writer *w)
{
	struct zip *zip = a->data;
	uint64_t size;
	bool large;

	begin_entry(a);
	large = zip->version == ZIP_VERSION_64;
	size = large ? ZIP_MOST_32 : 0;
	http_put_text(w, "PK\3\4");
	zip_put(w, zip->version, 2);
	zip_put_common(w, a, size, size);
	zip_put(w, zip_time_len(&a->entry) + (large ? 20 : 0), 2);
	zip_put_path(w, &a->entry);
	zip_put_time(w, &a->entry);
	if (large) {
		zip_put(w, ZIP_EXTRA_64, 2);
		zip_put(w, 16, 2);
		zip_put(w, 0, 8);
		zip_put(w, 0, 8);
	}
	return 0;
}

/* Once the end was found it stays, even if the file grows by then. */
static int
fill(struct archive *a)
{
	struct zip *zip = a->data;
	ssize_t n;

	if (zip->z.avail_in > 0 || zip->last)
		return 0;
	n = archive_read(a, zip->in, sizeof zip->in);
	if (n < 0)
		return (int)n;
	zip->last = n == 0;
	zip->crc = (uint32_t)crc32(zip->crc, (const Bytef *)zip->in, (uInt)n);
	zip->z.next_in = (Bytef *)zip->in;
	zip->z.avail_in = (uInt)n;
	return 0;
}

/* A file that has become shorter has the size that was found: it is written after the content. */
static ssize_t
content(struct archive *a, char *at, size_t room)
{
	struct zip *zip = a->data;
	uInt len = room < UINT_MAX ? (uInt)room : UINT_MAX;

	zip->z.next_out = (Bytef *)at;
	zip->z.avail_out = len;
	while (!zip->ended && zip->z.avail_out > 0 && a->worked < ARCHIVE_TURN) {
		int e = fill(a);

		if (e < 0)
			return e;
		zip->ended = deflate(&zip->z, zip->last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_END;
	}
	zip->packed += len - zip->z.avail_out;
	if (zip->z.avail_out == len && !zip->ended)
		return -LEAT_EAGAIN;
	return (ssize_t)(len - zip->z.avail_out);
}

static void
tail(struct archive *a, struct http_writer *w)
{
	struct zip *zip = a->data;
	unsigned octets = zip->version == ZIP_VERSION_64 ? 8 : 4;

	if (!a->entry.folder) {
		http_put_text(w, "PK\7\10");
		zip_put(w, zip->crc, 4);
		zip_put(w, zip->packed, octets);
		zip_put(w, a->read, octets);
	}
	if (zip_list_add(a) < 0)
		w->err = -LEAT_ENOMEM;
}

static int
begin(struct archive *a)
{
	struct zip *zip = calloc(1, sizeof *zip);

	if (!zip)
		return -LEAT_ENOMEM;
	if (deflateInit2(&zip->z, LEVEL, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY) !=
	    Z_OK) {
		free(zip);
		return -LEAT_ENOMEM;
	}
	a->data = zip;
	return 0;
}

static void
end(struct archive *a)
{
	struct zip *zip = a->data;

	deflateEnd(&zip->z);
	zip_list_free(zip);
	free(zip);
}

const struct archive_format_ops archive_zip = {begin, end, head, content, tail, zip_list_next};
