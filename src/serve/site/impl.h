/*
 * serve/site/impl.h - what the files of serve/site share. For these only.
 */
#ifndef SERVE_SITE_IMPL_H
#define SERVE_SITE_IMPL_H

#include "serve/site/site.h"

/* For so long a path is only compared with the open file, and not resolved in full. */
#define SITE_CHECK_AGAIN SEC

struct site {
	const struct site_settings *set;
	int root;
	nsec_t root_checked; /* when a lookup last compared the path of the folder */
	nsec_t ask_again;    /* not before this time */
	struct table files;
	struct list lru; /* cached files, the one that was used last at the end */
	size_t coded;    /* octets that site_keep_coded() keeps */
};

/*
 * Opens @path, which is not empty, beneath the root. A descriptor with its state, or a negative
 * errno.
 */
int site_open(const struct site *site, const char *path, struct site_state *st, mode_t *mode);

/* The state of @path, which may lie outside by now. 0, or a negative errno. */
int site_stat(const struct site *site, const char *path, struct site_state *st);

/*
 * The cached file with this path, or NULL. A variant and a file that is asked for by the variant's
 * own name differ in @coding.
 */
struct site_file *site_cached(const struct site *site, struct http_span path, enum http_coding coding);

/*
 * Makes the open regular file @fd with @state, which becomes the file's, a cached one. NULL without
 * memory.
 */
struct site_file *site_keep(
    struct site *site, struct http_span path, enum http_coding coding, int fd, const struct site_state *st);

/* Takes @f out of the cache. It is closed when its last user releases it. */
void site_forget(struct site *site, struct site_file *f);

/* Builds the tag and the field lines. @name is that of the file without the ending of a coding. */
void site_head_build(struct site_file *f, struct http_span name, struct http_span more);

#endif
