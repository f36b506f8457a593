/*
 * get/keep/cookies.h - cookie files (http/cookie/file.h) read into a jar, and written from one.
 *
 * It knows the files of -b and -c, and no connection.
 */
#ifndef GET_KEEP_COOKIES_H
#define GET_KEEP_COOKIES_H

#include "http/cookie/jar.h"

enum { COOKIES_MOST = 3000 }; /* of a jar */

/* What a file had, besides cookies that were taken. */
struct cookies_read {
	size_t taken;
	size_t bad;         /* lines that are no cookies; they are left out */
	unsigned first_bad; /* the number of the first of them, from 1 on */
};

/*
 * Adds the cookies of the file @path to @j; "-" is standard input. With @junk_session those that
 * end with a session are left out. Returns 0 with *@r; -ENOENT if there is no such file, which is
 * no error before the first visit; or another -errno.
 */
int cookies_read(
    struct http_jar *j, const char *path, bool junk_session, int64_t now, struct cookies_read *r);

/*
 * Writes all cookies that have not expired to the file @path; "-" is standard output. A new file
 * can be read by its owner alone. The old file stays until the new one is whole. Returns 0 or
 * -errno.
 */
int cookies_write(const struct http_jar *j, const char *path, int64_t now);

#endif
