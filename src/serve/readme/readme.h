/*
 * serve/readme/readme.h - the README of a folder as HTML that may stand within a page.
 *
 * Markdown is rendered in a job (host/jobs.h), one at a time, and what was made is kept while the
 * file stays the same. It knows no request and no listing.
 */
#ifndef SERVE_README_README_H
#define SERVE_README_README_H

#include "http/message/field.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct jobs;

/*
 * Octets of a file that are shown, and of the HTML that is made of them. Some Markdown takes time
 * in the square of its length: this much takes 0.6 s at worst.
 */
enum { README_MOST = 65536, README_HTML_MOST = 1 << 20 };

/*
 * How much the name of a file says that a folder's visitor should read it: 0, not at all. Any case
 * of the letters is the same. For Chinese readers README.zh-CN.md goes before README.md.
 */
unsigned readme_rank(const char *name, bool chinese);

/* One that was made. Whoever got it calls readme_release(). */
struct readme {
	struct http_span html; /* has no script, no style and no address of another host but in links */
	bool cut;              /* the file is longer than README_MOST */
};

struct readmes;

/*
 * Keeps what is made. NULL without memory. @jobs is borrowed; NULL: the work is done at once, as in
 * virtual time.
 */
struct readmes *readmes_new(struct jobs *jobs);

/* All must have been released. A job that runs is waited for by jobs_free(). NULL: does nothing. */
void readmes_free(struct readmes *r);

/*
 * Gives the HTML of the open file @fd, whose name is @name. 0 with *@out; -LEAT_EAGAIN if it is
 * being made, for which the caller asks again; or another error: of reading the file, or
 * -LEAT_ENOMEM, also if too many wait.
 */
int readmes_get(struct readmes *r, int fd, const char *name, const struct readme **out);

void readme_release(const struct readme *readme);

#endif
