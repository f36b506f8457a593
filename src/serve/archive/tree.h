/*
 * serve/archive/tree.h - what of a folder goes into an archive, one entry after the other: files
 * and folders beneath it, depth first.
 *
 * It is the same as what GET would give. Hidden names are left out unless they are served. A link
 * to a file within the site counts as the file; a link to a folder is left out, since it may lead
 * back; so are links that lead out of the site, and what is neither file nor folder.
 *
 * What should be there and cannot be read is named in a text at the end: an archive must not look
 * complete if it is not.
 */
#ifndef SERVE_ARCHIVE_TREE_H
#define SERVE_ARCHIVE_TREE_H

#include "http/message/writer.h"
#include "serve/site/site.h"

#include <dirent.h>

/*
 * TREE_DEEP: folders within folders, each of which has a descriptor. TREE_LEFT: text about what is
 * left out.
 */
enum { TREE_DEEP = 64, TREE_PATH = SITE_PATH_MOST + 512, TREE_LEFT = 8192 };

struct tree_entry {
	struct http_span path; /* begins with the name of the archive's folder; no "/" at its end */
	bool folder;
	int fd;                /* of a file, and the caller's to close; -1: it has @text */
	struct http_span text; /* good until the next entry */
	uint64_t size;
	int64_t modified; /* seconds since 1970 */
	mode_t mode;      /* the rights alone */
};

/* A folder that is being read, whose path has @len octets. */
struct tree_level {
	DIR *folder;
	size_t len;
};

struct tree {
	const struct site *site;
	struct http_span base;  /* the folder's path within the site, without "/" at its ends */
	struct http_span names; /* of what is chosen, each with a zero after it */
	int chosen_from;        /* the folder of these; -1: all of it is taken, as the first level */
	struct tree_level level[TREE_DEEP];
	unsigned deep;
	char path[TREE_PATH];    /* of the entry at hand */
	size_t prefix;           /* octets of it that name the archive's folder */
	int64_t now;             /* seconds since 1970 */
	unsigned left;           /* entries that could not be read */
	bool named;              /* the text about them was made */
	struct http_writer text; /* about these */
	char text_octets[TREE_LEFT];
};

enum tree_result { TREE_END, TREE_ENTRY, TREE_PASSED };

/*
 * Begins with the open folder @fd, which becomes the tree's; @site and what @base and @names are
 * made of are borrowed. Empty @names: all. @name is that of the folder in the archive. 0;
 * -LEAT_ENOENT: a name that was chosen is not there; or another error. After a failure @fd is the
 * caller's still.
 */
int tree_begin(struct tree *t, const struct site *site, int fd, struct http_span base, struct http_span names,
    struct http_span name);

/*
 * Looks at one more name: TREE_ENTRY; TREE_PASSED if it is left out; TREE_END; or a negative error:
 * no descriptor or memory is left for the rest.
 */
int tree_next(struct tree *t, struct tree_entry *e);

void tree_end(struct tree *t);

#endif
