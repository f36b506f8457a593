/*
 * serve/log/access.c - gathers lines and writes them. It does not know what they say.
 */
#include "serve/log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOG_BUFFER = 65536 };

struct access_log {
	char *path; /* NULL: standard output */
	int fd;
	enum access_form form;
	struct wheel *wheel;
	struct timer timer;
	uint64_t lost;
	unsigned lines; /* that wait */
	size_t len;
	char octets[LOG_BUFFER];
};

/* Each write is one or more whole lines, so that several processes can share the file. */
static void
flush(struct access_log *log)
{
	size_t done = 0;

	while (done < log->len) {
		ssize_t n = write(log->fd, log->octets + done, log->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			log->lost += log->lines;
			break;
		}
		done += (size_t)n;
	}
	log->len = 0;
	log->lines = 0;
	timer_cancel(log->wheel, &log->timer);
}

static void
on_timer(struct timer *t)
{
	flush(container_of(t, struct access_log, timer));
}

static int
open_path(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);

	return fd < 0 ? -errno : fd;
}

static int
begin(struct access_log *log, const char *path)
{
	if (strcmp(path, "-") == 0) {
		log->fd = STDOUT_FILENO;
		return 0;
	}
	log->path = strdup(path);
	if (!log->path)
		return -ENOMEM;
	log->fd = open_path(path);
	return log->fd < 0 ? log->fd : 0;
}

int
access_log_open(const char *path, enum access_form form, struct wheel *wheel, struct access_log **out)
{
	struct access_log *log = calloc(1, sizeof *log);
	int e;

	if (!log)
		return -ENOMEM;
	log->form = form;
	log->wheel = wheel;
	timer_init(&log->timer, on_timer);
	e = begin(log, path);
	if (e < 0) {
		free(log->path);
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
	w = http_writer(log->octets + log->len, LOG_BUFFER - log->len);
	if (log->form == ACCESS_JSON)
		access_put_json(&w, l);
	else
		access_put_combined(&w, l);
	log->len += w.len;
	log->lines++;
	if (!timer_armed(&log->timer))
		timer_arm(log->wheel, &log->timer, now + ACCESS_LOG_DELAY);
}

int
access_log_reopen(struct access_log *log)
{
	int fd;

	if (!log->path)
		return 0;
	fd = open_path(log->path);
	if (fd < 0)
		return fd;
	flush(log);
	close(log->fd);
	log->fd = fd;
	return 0;
}

uint64_t
access_log_lost(const struct access_log *log)
{
	return log->lost;
}

void
access_log_close(struct access_log *log)
{
	if (!log)
		return;
	flush(log);
	if (log->path)
		close(log->fd);
	free(log->path);
	free(log);
}
