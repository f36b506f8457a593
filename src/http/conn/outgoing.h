/*
 * http/conn/outgoing.h - octets to be written: heads, chunk sizes and small content in a buffer
 * of the caller's, other content where it lies.
 *
 * It frames what it is given and writes nothing anywhere: who owns it takes the octets off.
 */
#ifndef HTTP_CONN_OUTGOING_H
#define HTTP_CONN_OUTGOING_H

#include "http/conn/content.h"
#include "http/message/writer.h"

#include <stdbool.h>

/* The next octets to write. */
struct http_output {
	struct http_span span[2];
	unsigned spans; /* 0: they are @len octets of the file @fd from @off on */
	int fd;
	int64_t off;
	uint64_t len;
	bool more; /* more will follow at once */
};

/* How far a message is. */
enum http_send {
	HTTP_SEND_BLOCKED, /* octets must be written first */
	HTTP_SEND_WAITS,   /* the producer has none now */
	HTTP_SEND_DONE,    /* nothing more to be had from the content's owner */
	HTTP_SEND_BROKEN   /* the content ended too early, or its producer failed */
};

struct http_outgoing {
	char *at; /* the buffer, of @most octets, of which @begin to @end are to be written */
	size_t most, begin, end;

	struct http_content content; /* what is still to come of it; @length are left */
	bool chunked;                /* each piece is a chunk */
	size_t message;              /* where the last message begins, unless @written */
	bool written;                /* something of it */
	bool open;                   /* a message has begun and has not ended */
	int error;                   /* why it is broken */
};

enum { HTTP_OUTGOING_LEAST = 1024 };

/* @most is HTTP_OUTGOING_LEAST at least. */
void http_outgoing_init(struct http_outgoing *o, char *at, size_t most);

/* True if octets are to be written. */
bool http_outgoing_pending(const struct http_outgoing *o);

/*
 * True if a message can begin after @n more octets: its head, which is at most half the buffer, and
 * "100 Continue" will fit.
 */
bool http_outgoing_ready(const struct http_outgoing *o, size_t n);

/* Room for a head, to be written with the writer and then taken over by commit(). */
struct http_writer http_outgoing_head(struct http_outgoing *o);
void http_outgoing_commit(struct http_outgoing *o, const struct http_writer *w);

/* The content that follows the head: as it is, or as chunks. */
void http_outgoing_content(struct http_outgoing *o, const struct http_content *content, bool chunked);

/*
 * Takes as much of the content into the buffer as has room. @produce is called, perhaps several
 * times, if the content has a producer.
 */
enum http_send http_outgoing_fill(struct http_outgoing *o, http_produce_fn *produce, void *arg);

/*
 * Takes the last message back, of which the content is broken. False if something of it was written
 * already.
 */
bool http_outgoing_take_back(struct http_outgoing *o);

/* What to write next; something is pending. It is good until the next call that changes @o. */
struct http_output http_outgoing_next(const struct http_outgoing *o);

/* The first @n octets of that were written. */
void http_outgoing_written(struct http_outgoing *o, uint64_t n);

#endif
