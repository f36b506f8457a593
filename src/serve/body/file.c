/*
 * serve/body/file.c - reads the octets of a file. Where the stream sends the file itself, none are
 * asked for, and the body only keeps the file open.
 */
#include "serve/body/file.h"

#include "base/err.h"

#include <errno.h>
#include <unistd.h>

static ssize_t
produce(struct body *body, char *at, size_t room)
{
	struct body_file *b = container_of(body, struct body_file, body);
	size_t left = (size_t)(b->end - b->off);
	ssize_t n;

	if (left == 0)
		return 0;
	do
		n = pread(b->file->fd, at, room < left ? room : left, b->off);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		b->off += n;
	return n < 0 ? -errno : n == 0 ? -LEAT_EPROTO : n;
}

static void
end(struct body *body)
{
	struct body_file *b = container_of(body, struct body_file, body);

	site_release(b->site, b->file);
}

void
body_file_init(struct body_file *b, struct site *site, struct site_file *f)
{
	static const struct body_ops ops = {produce, end};

	*b = (struct body_file){{&ops}, site, f, 0, f->state.size};
}

void
body_file_part(struct body_file *b, uint64_t off, uint64_t len)
{
	b->off = (int64_t)off;
	b->end = (int64_t)(off + len);
}
