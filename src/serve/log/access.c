/*
 * serve/log/access.c - gathers lines and writes them. It does not know what they say.
 */
#include "serve/log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOG_BUFFER = 65536 };

struct access_log {
	char *path;       /* NULL: standard output */
	const char *name; /* its last part */
	int folder;       /* that the path is in; -1: there is no path */
	int fd;
	bool device;   /* it is not opened again */
	bool may_wait; /* a write can: a pipe or a terminal that no one reads */
	enum access_form form;
	struct wheel *wheel;
	struct timer timer;
	uint64_t lost;
	size_t len;
	char octets[LOG_BUFFER];
};

/* A pipe that polls as writable takes PIPE_BUF octets without a wait (POSIX, write()). */
static size_t
room_of(const struct access_log *log, size_t len)
{
	struct pollfd p = {.fd = log->fd, .events = POLLOUT};

	if (!log->may_wait)
		return len;
	return poll(&p, 1, 0) == 1 ? (len < PIPE_BUF ? len : PIPE_BUF) : 0;
}

/* Drops what was written. */
static void
flushed(struct access_log *log, size_t done)
{
	timer_cancel(log->wheel, &log->timer);
	memmove(log->octets, log->octets + done, log->len - done);
	log->len -= done;
}

/* Drops what cannot be written. A line of which a part was written is lost, too. */
static void
lose(struct access_log *log)
{
	for (size_t i = 0; i < log->len; i++)
		log->lost += log->octets[i] == '\n';
	log->len = 0;
}

/*
 * To a file each write is one or more whole lines, so that several processes can share it. What a
 * pipe or a terminal does not take at once is kept: a reader that has stopped never stops the
 * server.
 */
static void
flush(struct access_log *log)
{
	size_t done = 0, room;
	bool failed = false;

	while (done < log->len && (room = room_of(log, log->len - done)) > 0) {
		ssize_t n = write(log->fd, log->octets + done, room);

		if (n < 0 && errno == EINTR)
			continue;
		failed = n < 0;
		if (failed)
			break;
		done += (size_t)n;
	}
	flushed(log, done);
	if (failed)
		lose(log);
}

static void
on_timer(struct timer *t)
{
	struct access_log *log = container_of(t, struct access_log, timer);
	nsec_t now = t->when;

	flush(log);
	if (log->len > 0)
		timer_arm(log->wheel, t, now + ACCESS_LOG_DELAY);
}

/*
 * A named pipe that no one reads yet is opened for reading, too: so the start does not wait for a
 * reader, and the pipe keeps lines for it.
 */
static int
open_name(const struct access_log *log)
{
	int how = O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, fd;

	fd = openat(log->folder, log->name, O_WRONLY | how, 0644);
	if (fd < 0 && errno == ENXIO)
		fd = openat(log->folder, log->name, O_RDWR | how, 0644);
	return fd < 0 ? -errno : fd;
}

static void
use(struct access_log *log, int fd)
{
	struct stat st = {.st_mode = 0};

	fstat(fd, &st);
	log->fd = fd;
	log->may_wait = !S_ISREG(st.st_mode);
	log->device = S_ISCHR(st.st_mode);
}

/* Keeps the folder, so that the file can be opened again without a look at the path. */
static int
open_folder(struct access_log *log)
{
	char *slash = strrchr(log->path, '/');

	log->name = slash ? slash + 1 : log->path;
	if (slash)
		*slash = '\0';
	log->folder = open(!slash ? "." : *log->path ? log->path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return log->folder < 0 ? -errno : 0;
}

static int
begin(struct access_log *log, const char *path)
{
	int fd;

	if (strcmp(path, "-") == 0) {
		use(log, STDOUT_FILENO);
		return 0;
	}
	log->path = strdup(path);
	if (!log->path)
		return -ENOMEM;
	fd = open_folder(log);
	if (fd == 0)
		fd = open_name(log);
	if (fd < 0)
		return fd;
	use(log, fd);
	return 0;
}

static void
close_names(struct access_log *log)
{
	if (log->folder >= 0)
		close(log->folder);
	free(log->path);
}

int
access_log_open(const char *path, enum access_form form, struct wheel *wheel, struct access_log **out)
{
	struct access_log *log = calloc(1, sizeof *log);
	int e;

	if (!log)
		return -ENOMEM;
	log->folder = -1;
	log->form = form;
	log->wheel = wheel;
	timer_init(&log->timer, on_timer);
	e = begin(log, path);
	if (e < 0) {
		close_names(log);
		free(log);
		return e;
	}
	*out = log;
	return 0;
}

void
access_log_add(struct access_log *log, const struct access_line *l, nsec_t now)
{
	struct http_writer w;

	if (LOG_BUFFER - log->len < ACCESS_LINE_MOST)
		flush(log);
	if (LOG_BUFFER - log->len < ACCESS_LINE_MOST) {
		log->lost++;
		return;
	}
	w = http_writer(log->octets + log->len, LOG_BUFFER - log->len);
	if (log->form == ACCESS_JSON)
		access_put_json(&w, l);
	else
		access_put_combined(&w, l);
	log->len += w.len;
	if (!timer_armed(&log->timer))
		timer_arm(log->wheel, &log->timer, now + ACCESS_LOG_DELAY);
}

int
access_log_reopen(struct access_log *log)
{
	int fd;

	if (!log->path || log->device)
		return 0;
	fd = open_name(log);
	if (fd < 0)
		return fd;
	flush(log);
	close(log->fd);
	use(log, fd);
	return 0;
}

uint64_t
access_log_close(struct access_log *log)
{
	uint64_t lost;

	if (!log)
		return 0;
	flush(log);
	lose(log);
	lost = log->lost;
	if (log->path)
		close(log->fd);
	close_names(log);
	free(log);
	return lost;
}
