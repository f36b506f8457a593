/*
 * get/split_state.c - FILE.parts.txt: which version of a file was begun, and what is missing of it.
 */
#include "get/keep/aside.h"
#include "get/split_impl.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "leat-get-parts 1\n"

void
split_save(const struct split *s)
{
	char text[PARTS_TEXT + 2 * VERSION_VALIDATOR];
	struct http_writer w = http_writer(text, sizeof text);
	struct aside a;

	if (!s->known)
		return;
	http_put_text(&w, MARK);
	version_put(&w, &s->version);
	parts_put(&w, &s->parts);
	if (w.err || aside_open(&a, s->state, 0644) < 0)
		return;
	if (aside_write(&a, text, w.len) == 0)
		aside_commit(&a);
	else
		aside_drop(&a);
}

bool
split_restore(struct split *s)
{
	char text[PARTS_TEXT + 2 * VERSION_VALIDATOR];
	int fd = open(s->state, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	size_t mark = strlen(MARK);
	const char *end;
	struct stat st;

	if (fd >= 0)
		close(fd);
	if (n < (ssize_t)mark || memcmp(text, MARK, mark) != 0 || fstat(s->fd, &st) < 0)
		return false;
	end = memchr(text + mark, '\n', (size_t)n - mark);
	if (!end ||
	    !version_read_line(&s->version, (struct http_span){text + mark, (size_t)(end - text) - mark}) ||
	    !parts_read(&s->parts, s->n, (struct http_span){end + 1, (size_t)(text + n - end) - 1}))
		return false;
	s->version.length = s->parts.length;
	return (uint64_t)st.st_size >= parts_reach(&s->parts) && (uint64_t)st.st_size <= s->parts.length;
}
