/*
 * serve/site/site.h - the served folder: from the path of a request to an open file beneath it.
 *
 * It knows neither requests nor connections. Files that were found stay open in a cache; a file
 * that has changed or was replaced is found anew by the next lookup.
 */
#ifndef SERVE_SITE_SITE_H
#define SERVE_SITE_SITE_H

#include "base/list.h"
#include "base/nsec.h"
#include "base/table.h"
#include "http/message/writer.h"
#include "http/semantics/coding.h"
#include "http/semantics/etag.h"
#include "http/semantics/media_type.h"
#include "http/uri/path.h"

#include <stdbool.h>
#include <sys/types.h>

enum { SITE_PATH_MOST = 4096, SITE_HEAD_MOST = 768, SITE_ETAG_MOST = 48 };

struct site_settings {
	const char *folder;
	const char *index;     /* the file that stands for a folder; NULL: none */
	bool hidden;           /* names that begin with a dot are served, too */
	unsigned files_most;   /* open files that are kept */
	struct http_span head; /* field lines for every file, built with a writer */
	/*
	 * The folder was replaced by another one. NULL: it is opened then, and served. A worker
	 * that may not open it asks for a successor.
	 */
	void (*replaced)(void *arg);
	void *replaced_arg;
};

/* What tells two states of a file apart. */
struct site_state {
	dev_t dev;
	ino_t ino;
	int64_t size;
	int64_t modified, changed; /* ns since 1970 */
};

struct stat;
struct site_state site_state_of(const struct stat *st);

static inline bool
site_state_same(const struct site_state *a, const struct site_state *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->size == b->size && a->modified == b->modified &&
	       a->changed == b->changed;
}

/* Whole seconds, rounded down also before 1970. */
static inline int64_t
site_seconds(int64_t ns)
{
	return ns / SEC - (ns % SEC < 0);
}

/* The entity tag of a file in this state, with its quotes. */
void site_put_etag(struct http_writer *w, const struct site_state *st, enum http_coding coding);

struct site_head {
	struct http_span ok, not_modified;
};

/* A file's content in a content coding. */
struct site_coded {
	size_t len;
	char octets[];
};

/* Octets of one of them, and of all. */
enum { SITE_CODED_MOST = 1 << 20, SITE_CODED_ALL_MOST = 16 << 20 };

/* An open file. Whoever got it calls site_release(). */
struct site_file {
	int fd;
	struct site_state state;
	enum http_coding coding;
	const struct http_media_type *type;
	int64_t modified; /* seconds since 1970, as Last-Modified says */
	struct http_etag etag;
	/*
	 * Field lines of a 200 and of a 304 that speak of this file; and of those with a content
	 * coding that is not the file's own, whose tag is weak. Content-Encoding is not in these.
	 */
	struct site_head head, coded_head;
	/* What it was compressed to, by coding; NULL: nothing was kept. */
	struct site_coded *coded[HTTP_CODINGS];

	/* The cache's own. */
	struct table_node node;
	struct list lru;
	unsigned users;
	bool cached;
	nsec_t checked;      /* when its path was last resolved in full */
	uint8_t no_variants; /* bit 1 << coding: at @checked there was no such variant */
	char etag_octets[SITE_ETAG_MOST], head_octets[SITE_HEAD_MOST];
	size_t path_len;
	char path[];
};

enum site_kind {
	SITE_FILE,    /* *@file */
	SITE_FOLDER,  /* *@fd is the folder, which has no index file; the caller closes it */
	SITE_SLASH,   /* a folder, and the path did not end with "/" */
	SITE_ABSENT,  /* there is no such file */
	SITE_HIDDEN,  /* a name in the path begins with a dot */
	SITE_OUTSIDE, /* a symbolic link leads out of the folder */
	SITE_DENIED,  /* permissions, or not a regular file */
	SITE_BUSY,    /* no descriptor is left */
	SITE_BROKEN   /* the disk has an error */
};

struct site;

struct site_found {
	enum site_kind kind;
	struct site_file *file;
	int fd;
};

/*
 * Opens the folder. 0, or a negative errno: what open(2) says; -ENOSYS if the kernel has no
 * openat2(2). @s is borrowed.
 */
int site_new(const struct site_settings *s, const struct siphash_key *key, struct site **out);

/* All files must have been released. */
void site_free(struct site *site);

/*
 * Looks @path up at the time @now. @accept: which codings the client takes: a precompressed variant
 * (PATH.br, PATH.zst, PATH.gz) that is not older than the file stands for it.
 */
struct site_found site_find(
    struct site *site, const struct http_path *path, const struct http_coding_weights *accept, nsec_t now);

void site_release(struct site *site, struct site_file *f);

/*
 * Compares the path of the folder with the open folder. Tools that build or deploy a site replace
 * it as a whole. Opens the new folder, or asks for a successor. Returns false if the open folder is
 * still the old one. site_find() calls it once in a second.
 */
bool site_is_current(struct site *site, nsec_t now);

/*
 * Closes files that no one uses, and for which no one has asked in the last second: it should be
 * called some seconds after a lookup. Returns true if others are still open, so that it should be
 * called again.
 */
bool site_tidy(struct site *site, nsec_t now);

/*
 * Keeps the @len octets at @at as what the content of @f is in @coding, if they are at most
 * SITE_CODED_MOST and memory is left: for that, those of files that were used longest ago are let
 * go. They are there as long as @f is in use, and as its state stays the same.
 */
void site_keep_coded(
    struct site *site, struct site_file *f, enum http_coding coding, const char *at, size_t len);

/* Closes files that no one uses. Returns true if it closed any. */
bool site_relieve(struct site *site);

/* What the names of files begin with that are not in their place yet; they are never shown. */
#define SITE_ASIDE ".leat-upload-"

/* True if a name may be seen: it does not begin with a dot, or such names are served. */
bool site_shows(const struct site *site, struct http_span name);

/* True if a name in the path may not be seen; /.well-known is for others to find (RFC 8615). */
bool site_hides(const struct site *site, const struct http_path *path);

/* Opens the folder @path beneath the folder @root. A descriptor, or a negative errno. */
int site_open_folder(int root, const char *path);

/*
 * Opens the file or folder @name in the open folder @folder, unless it is a link: -ELOOP. Whether
 * it is one of both is the caller's to check before.
 */
int site_open_in(int folder, const char *name);

/* Opens what the link @path leads to, beneath the site's root. */
int site_open_linked(const struct site *site, const char *path);

/* The descriptor of the served folder. */
int site_root(const struct site *site);

#endif
