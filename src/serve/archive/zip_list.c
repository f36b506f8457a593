/*
 * serve/archive/zip_list.c - the list of all entries with which a zip file ends (APPNOTE.TXT
 * 6.3.10, 4.3.12 to 4.3.16).
 */
#include "serve/archive/zip.h"

#include "base/err.h"

#include <stdlib.h>
#include <sys/stat.h>

/* Octets of an entry, with the longest path. */
enum { ENTRY_MOST = TREE_PATH + 128 };

/* Room for one more entry. */
static bool
make_room(struct zip *zip)
{
	struct zip_block *b;

	if (zip->block && sizeof zip->block->octets - zip->block->len >= ENTRY_MOST)
		return true;
	b = zip->list_octets < ZIP_LIST_MOST ? malloc(sizeof *b) : NULL;
	if (!b)
		return false;
	b->next = NULL;
	b->len = 0;
	if (zip->block)
		zip->block->next = b;
	else
		zip->first = b;
	zip->block = b;
	return true;
}

static uint32_t
attributes(const struct tree_entry *e)
{
	return (uint32_t)((e->folder ? S_IFDIR : S_IFREG) | e->mode) << 16 | (e->folder ? 0x10u : 0u);
}

/* Numbers that have no room in 32 bits: each is named by all bits set, and stands here. */
static void
put_extra_64(struct http_writer *w, uint64_t size, uint64_t packed, uint64_t begins)
{
	unsigned n = (size >= ZIP_MOST_32) + (packed >= ZIP_MOST_32) + (begins >= ZIP_MOST_32);

	if (n == 0)
		return;
	zip_put(w, ZIP_EXTRA_64, 2);
	zip_put(w, 8 * n, 2);
	if (size >= ZIP_MOST_32)
		zip_put(w, size, 8);
	if (packed >= ZIP_MOST_32)
		zip_put(w, packed, 8);
	if (begins >= ZIP_MOST_32)
		zip_put(w, begins, 8);
}

static uint64_t
in_32(uint64_t n)
{
	return n < ZIP_MOST_32 ? n : ZIP_MOST_32;
}

int
zip_list_add(struct archive *a)
{
	struct zip *zip = a->data;
	char octets[32];
	struct http_writer w, extra = http_writer(octets, sizeof octets);

	if (!make_room(zip))
		return -LEAT_ENOMEM;
	w = http_writer(zip->block->octets + zip->block->len, ENTRY_MOST);
	put_extra_64(&extra, a->read, zip->packed, zip->begins);
	http_put_text(&w, "PK\1\2");
	zip_put(&w, ZIP_MADE_BY, 2);
	zip_put(&w, extra.len > 0 ? ZIP_VERSION_64 : zip->version, 2);
	zip_put_common(&w, a, in_32(zip->packed), in_32(a->read));
	zip_put(&w, zip_time_len(&a->entry) + extra.len, 2);
	zip_put(&w, 0, 6); /* no comment, disk 0, no attributes of MS-DOS */
	zip_put(&w, attributes(&a->entry), 4);
	zip_put(&w, in_32(zip->begins), 4);
	zip_put_path(&w, &a->entry);
	zip_put_time(&w, &a->entry);
	http_put(&w, extra.at, extra.len);
	zip->block->len += w.len;
	zip->list_octets += w.len;
	zip->entries++;
	return 0;
}

/* What a reader looks for first, at the very end; and before it what is too large for that. */
static void
put_end(struct http_writer *w, const struct zip *zip, uint64_t at)
{
	bool large = zip->entries >= 0xffff || zip->list_octets >= ZIP_MOST_32 || zip->list_at >= ZIP_MOST_32;

	if (large) {
		http_put_text(w, "PK\6\6");
		zip_put(w, 44, 8);
		zip_put(w, ZIP_MADE_BY, 2);
		zip_put(w, ZIP_VERSION_64, 2);
		zip_put(w, 0, 8); /* disks */
		zip_put(w, zip->entries, 8);
		zip_put(w, zip->entries, 8);
		zip_put(w, zip->list_octets, 8);
		zip_put(w, zip->list_at, 8);
		http_put_text(w, "PK\6\7");
		zip_put(w, 0, 4);
		zip_put(w, at, 8);
		zip_put(w, 1, 4);
	}
	http_put_text(w, "PK\5\6");
	zip_put(w, 0, 4);
	zip_put(w, zip->entries < 0xffff ? zip->entries : 0xffff, 2);
	zip_put(w, zip->entries < 0xffff ? zip->entries : 0xffff, 2);
	zip_put(w, in_32(zip->list_octets), 4);
	zip_put(w, in_32(zip->list_at), 4);
	zip_put(w, 0, 2);
}

bool
zip_list_next(struct archive *a, struct http_writer *w)
{
	struct zip *zip = a->data;
	struct zip_block *b = zip->first;
	size_t n;

	if (zip->list_at == 0)
		zip->list_at = a->made;
	if (!b) {
		if (zip->ended_list)
			return false;
		zip->ended_list = true;
		put_end(w, zip, a->made);
		return true;
	}
	n = b->len - zip->taken < w->most ? b->len - zip->taken : w->most;
	http_put(w, b->octets + zip->taken, n);
	zip->taken += n;
	if (zip->taken == b->len) {
		zip->first = b->next;
		zip->taken = 0;
		free(b);
	}
	return true;
}

void
zip_list_free(struct zip *zip)
{
	struct zip_block *b;

	while ((b = zip->first)) {
		zip->first = b->next;
		free(b);
	}
}
