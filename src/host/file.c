/*
 * host/file.c - writes a file through a buffer. It flushes the buffer when it is full, after a
 * delay, and at the end. It does not know what the octets mean.
 */
#include "host/file.h"

#include "base/err.h"
#include "host/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_FLUSH_AFTER (100 * MSEC)

enum { FILE_BUFFER = 256 * 1024 };

struct file {
	int fd;
	int error; /* the first, negative */
	struct loop *loop;
	struct loop_source source;
	nsec_t flush_at;
	size_t used;
	uint8_t buffer[FILE_BUFFER];
};

static nsec_t
file_next(struct loop_source *s)
{
	return container_of(s, struct file, source)->flush_at;
}

static void
file_run(struct loop_source *s, nsec_t now)
{
	struct file *f = container_of(s, struct file, source);

	if (now >= f->flush_at)
		file_flush(f); /* file_close() returns the error */
}

/* Returns a duplicate of standard output; or -1 with errno, if it cannot be written to. */
static int
open_stdout(void)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);

	if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY) {
		errno = EBADF;
		return -1;
	}
	return flags < 0 ? -1 : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

/* Without O_NONBLOCK, open(2) of a FIFO would wait for a process that reads it. */
static int
open_path(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0666);

	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

int
file_create(const char *path, struct loop *loop, struct file **out)
{
	struct file *f = calloc(1, sizeof *f);
	int e;

	if (!f)
		return -LEAT_ENOMEM;
	f->fd = strcmp(path, "-") == 0 ? open_stdout() : open_path(path);
	if (f->fd < 0) {
		e = -errno;
		free(f);
		return e;
	}
	f->flush_at = NSEC_NEVER;
	f->loop = loop;
	f->source = (struct loop_source){.next = file_next, .run = file_run};
	if (loop)
		loop_add_source(loop, &f->source);
	*out = f;
	return 0;
}

bool
file_same(const struct file *a, const struct file *b)
{
	struct stat s, t;

	return fstat(a->fd, &s) == 0 && fstat(b->fd, &t) == 0 && s.st_dev == t.st_dev &&
	       s.st_ino == t.st_ino && !S_ISCHR(s.st_mode);
}

static int
file_write_all(struct file *f, const uint8_t *p, size_t len)
{
	while (len > 0 && f->error == 0) {
		ssize_t n = write(f->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) { /* another process has made the pipe non-blocking */
			poll(&(struct pollfd){.fd = f->fd, .events = POLLOUT}, 1, -1);
			continue;
		}
		if (n < 0)
			return f->error = -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
file_flush(struct file *f)
{
	size_t used = f->used;

	f->used = 0;
	f->flush_at = NSEC_NEVER;
	return file_write_all(f, f->buffer, used);
}

int
file_write(struct file *f, const void *octets, size_t len, nsec_t now)
{
	int e = 0;

	if (len > FILE_BUFFER - f->used)
		e = file_flush(f);
	if (len > FILE_BUFFER)
		return e ? e : file_write_all(f, octets, len);
	memcpy(f->buffer + f->used, octets, len);
	f->used += len;
	if (f->loop && f->flush_at == NSEC_NEVER)
		f->flush_at = nsec_add(now, FILE_FLUSH_AFTER);
	return e;
}

int
file_close(struct file *f)
{
	int e;

	file_flush(f);
	e = f->error;
	if (f->loop)
		loop_del_source(f->loop, &f->source);
	if (close(f->fd) < 0 && e == 0)
		e = -errno;
	free(f);
	return e;
}
