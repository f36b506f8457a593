/*
 * serve/log/log.h - the access log: one line for each request, written in batches.
 *
 * A line reaches the file within ACCESS_LOG_DELAY, when the buffer is full, or at the end. An error
 * of the file, or a pipe that no one reads, loses lines and is counted; it never stops the server.
 */
#ifndef SERVE_LOG_LOG_H
#define SERVE_LOG_LOG_H

#include "base/ipaddr.h"
#include "base/nsec.h"
#include "base/wheel.h"
#include "http/message/writer.h"

#include <stdint.h>

#define ACCESS_LOG_DELAY (200 * MSEC)

enum access_form { ACCESS_COMBINED, ACCESS_JSON };

/* What a line says. Spans may be empty: unknown. */
struct access_line {
	struct ipaddr client;
	nsec_t at; /* since 1970 */
	struct http_span method, target, agent, referer, host, user;
	struct http_span line; /* if there is no method: the start line, as far as it arrived */
	uint8_t minor;         /* of the version */
	unsigned status;
	uint64_t octets;    /* of content that were sent */
	nsec_t took;        /* from the request's head to its end */
	const char *reason; /* why it was refused or broken off; NULL: it was not */
};

enum { ACCESS_LINE_MOST = 32768 };

/* Puts a line. A target, agent or referer of over 2,000 octets is cut. */
void access_put_combined(struct http_writer *w, const struct access_line *l);
void access_put_json(struct http_writer *w, const struct access_line *l);

struct access_log;

/*
 * Opens @path to append to it; "-" is standard output. Lines wait on @wheel. 0, or a negative
 * errno.
 */
int access_log_open(const char *path, enum access_form form, struct wheel *wheel, struct access_log **out);

/* @now: the time of @wheel. */
void access_log_add(struct access_log *log, const struct access_line *l, nsec_t now);

/*
 * Opens the path again, after it was renamed. 0, or a negative errno with the old file still in
 * use.
 */
int access_log_reopen(struct access_log *log);

/*
 * Writes what waits, and frees the log. Returns how many lines could not be written since it was
 * opened. NULL: 0.
 */
uint64_t access_log_close(struct access_log *log);

#endif
