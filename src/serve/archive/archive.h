/*
 * serve/archive/archive.h - a folder, or what is chosen of it, packed into one stream while it is
 * sent.
 *
 * It needs no place on a disk, and memory only for what a zip file says at its end. It knows no
 * request.
 */
#ifndef SERVE_ARCHIVE_ARCHIVE_H
#define SERVE_ARCHIVE_ARCHIVE_H

#include "http/message/field.h"
#include "serve/body/body.h"
#include "serve/site/site.h"

enum archive_format { ARCHIVE_TAR, ARCHIVE_ZIP };

struct archive_settings {
	enum archive_format format;
	const struct site *site;
	int folder;             /* open; the archive closes it */
	struct http_span base;  /* its path within the site; borrowed */
	struct http_span name;  /* of the folder in which the entries stand in the archive; copied */
	struct http_span names; /* of entries in it, each with a zero after it; empty: all; copied */
	int64_t now;            /* seconds since 1970 */
	unsigned *running;      /* counts the archives that there are */
};

/* True if this build can make it: zip needs zlib. */
bool archive_known(enum archive_format format);

/*
 * A new archive. 0; -LEAT_ENOENT: a name is not there; -LEAT_ENOMEM; or another error. After a
 * failure the folder is open still.
 *
 * A file that grows is packed as long as it was at first. One that becomes shorter breaks a tar
 * archive off, since its length stands before it.
 */
int archive_new(const struct archive_settings *s, struct body **out);

#endif
