/*
 * get/keep/cookies.c - the lines of a file, one by one.
 */
#include "get/keep/cookies.h"

#include "get/keep/aside.h"
#include "http/cookie/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* Octets of a line. A cookie has 4096 of name and value; its domain and path may be long, too. */
enum { LINE_MOST = 16384 };

/* Adds the cookie of @line. Returns 0 or -ENOMEM. */
static int
take_line(struct http_jar *j, struct http_span line, bool junk_session, int64_t now, struct cookies_read *r,
    unsigned number)
{
	struct http_cookie c;

	switch (http_cookie_line_read(line, &c)) {
	case HTTP_COOKIE_LINE_BAD:
		if (r->bad++ == 0)
			r->first_bad = number;
		return 0;
	case HTTP_COOKIE_LINE:
		if ((junk_session && !c.persistent) || http_cookie_expired(&c, now))
			return 0;
		r->taken++;
		return http_jar_add(j, &c, now);
	default:
		return 0;
	}
}

/* Skips the rest of a line that is too long. */
static void
skip_line(FILE *f)
{
	int c;

	do
		c = getc_unlocked(f);
	while (c != EOF && c != '\n');
}

static int
take_lines(struct http_jar *j, FILE *f, bool junk_session, int64_t now, struct cookies_read *r)
{
	char line[LINE_MOST];
	int e = 0;

	for (unsigned number = 1; e == 0 && fgets(line, sizeof line, f); number++) {
		size_t len = strlen(line);

		if (len == sizeof line - 1 && line[len - 1] != '\n') {
			skip_line(f);
			line[0] = 'x'; /* no cookie, and no comment */
			len = 1;
		}
		e = take_line(j, (struct http_span){line, len}, junk_session, now, r, number);
	}
	return e == 0 && ferror(f) ? -EIO : e;
}

int
cookies_read(struct http_jar *j, const char *path, bool junk_session, int64_t now, struct cookies_read *r)
{
	bool input = strcmp(path, "-") == 0;
	FILE *f = input ? stdin : fopen(path, "re");
	int e;

	if (!f)
		return -errno;
	*r = (struct cookies_read){0};
	errno = 0;
	e = take_lines(j, f, junk_session, now, r);
	if (e == -EIO && errno != 0)
		e = -errno; /* a folder, for one */
	if (!input)
		fclose(f);
	return e;
}

static int
write_line(struct aside *a, const struct http_cookie *c)
{
	char line[LINE_MOST];
	struct http_writer w = http_writer(line, sizeof line);

	http_put_cookie_line(&w, c);
	return w.err ? 0 : aside_write(a, line, w.len);
}

static int
open_out(struct aside *a, const char *path)
{
	int e;

	if (strcmp(path, "-") != 0)
		return aside_open(a, path, 0600);
	*a = (struct aside){.fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)};
	e = a->fd < 0 ? -errno : 0;
	return e;
}

int
cookies_write(const struct http_jar *j, const char *path, int64_t now)
{
	static const char head[] =
	    HTTP_COOKIE_FILE_HEAD "# Written by leat get. It is read by -b, and by curl and wget.\n\n";
	struct aside a;
	int e = open_out(&a, path);

	if (e < 0)
		return e;
	e = aside_write(&a, head, sizeof head - 1);
	for (size_t i = 0; e == 0 && i < j->n; i++) {
		if (!http_cookie_expired(&j->entry[i].cookie, now))
			e = write_line(&a, &j->entry[i].cookie);
	}
	if (e == 0)
		return aside_commit(&a);
	aside_drop(&a);
	return e;
}
