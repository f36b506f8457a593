/*
 * serve/archive/zip.h - what the two files of the zip format share. For these only.
 *
 * Numbers in a zip file have their lowest octet first (APPNOTE.TXT 6.3.10, 4.4.1.1).
 */
#ifndef SERVE_ARCHIVE_ZIP_H
#define SERVE_ARCHIVE_ZIP_H

#include "serve/archive/format.h"

#include <zlib.h>

enum {
	ZIP_VERSION = 20,          /* of a reader: folders and deflate */
	ZIP_VERSION_64 = 45,       /* and sizes of 64 bits */
	ZIP_MADE_BY = 3 << 8 | 63, /* Unix: attributes are a mode */
	ZIP_DESCRIPTOR = 1 << 3,   /* sizes and checksum follow the content */
	ZIP_UTF8 = 1 << 11,
	ZIP_DEFLATE = 8,
	ZIP_EXTRA_64 = 0x0001,
	ZIP_EXTRA_TIME = 0x5455
};

#define ZIP_MOST_32 UINT64_C(0xffffffff)

/* Octets of the list of entries at the end, which is kept meanwhile: some 150,000 entries. */
enum { ZIP_LIST_MOST = 16 << 20 };

/* A part of the list. */
struct zip_block {
	struct zip_block *next;
	size_t len;
	char octets[65536];
};

struct zip {
	z_stream z;
	char in[16384];
	uint32_t crc;
	uint64_t packed; /* octets of the entry's content in the archive */
	bool last;       /* all of the entry's content was read */
	bool ended;      /* all of them were made */
	uint64_t begins; /* where the entry does */
	uint16_t flags, method, version;

	struct zip_block *first, *block; /* the list, and its last part */
	uint64_t list_octets, entries;
	uint64_t list_at; /* where it begins */
	size_t taken;     /* octets of its first part that were put */
	bool ended_list;  /* what follows it was made */
};

static inline void
zip_put(struct http_writer *w, uint64_t n, unsigned octets)
{
	char at[8];

	for (unsigned i = 0; i < octets; i++)
		at[i] = (char)(n >> (8 * i));
	http_put(w, at, octets);
}

/* What the head of an entry and its line in the list have in common, from the flags on. */
void zip_put_common(struct http_writer *w, const struct archive *a, uint64_t packed, uint64_t size);

/* The path as it stands in the archive: that of a folder ends with "/". */
void zip_put_path(struct http_writer *w, const struct tree_entry *e);

/*
 * Info-ZIP's extra field: the time in UTC, which readers prefer to that of MS-DOS. A time that has
 * no room in its 32 bits has no such field, which then has 0 octets.
 */
size_t zip_time_len(const struct tree_entry *e);
void zip_put_time(struct http_writer *w, const struct tree_entry *e);

/* Adds the entry at hand to the list. 0, or -LEAT_ENOMEM. */
int zip_list_add(struct archive *a);

/* Puts a piece of the list, or at its end what follows it. False if there is none any more. */
bool zip_list_next(struct archive *a, struct http_writer *w);
void zip_list_free(struct zip *zip);

#endif
