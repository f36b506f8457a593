/*
 * http/conn/content.h - the content of a message that is to be sent, as a value.
 */
#ifndef HTTP_CONN_CONTENT_H
#define HTTP_CONN_CONTENT_H

#include "http/message/field.h"

#include <stdint.h>
#include <sys/types.h>

enum http_source {
	HTTP_FROM_NOTHING, /* there is none: Content-Length is 0 where one is due */
	HTTP_FROM_MEMORY,
	HTTP_FROM_FILE,
	HTTP_FROM_PRODUCER
};

/* A length that is known only at the end. */
#define HTTP_LENGTH_UNKNOWN UINT64_MAX

struct http_content {
	enum http_source source;
	/* Octets; HTTP_LENGTH_UNKNOWN is for producers alone, and is sent chunked. */
	uint64_t length;
	const char *memory; /* stays as it is until the message is done */
	int fd;             /* borrowed until the message is done; the octets from @off on */
	int64_t off;
	/*
	 * Fields after chunked content; their values are read when the content has ended. They
	 * stay at their address until the message is done.
	 */
	const struct http_field *trailer;
	uint32_t trailers;
};

static inline struct http_content
http_nothing(void)
{
	return (struct http_content){.source = HTTP_FROM_NOTHING};
}

static inline struct http_content
http_memory(const void *at, size_t len)
{
	return (struct http_content){.source = HTTP_FROM_MEMORY, .memory = at, .length = len};
}

static inline struct http_content
http_file(int fd, int64_t off, uint64_t len)
{
	return (struct http_content){.source = HTTP_FROM_FILE, .fd = fd, .off = off, .length = len};
}

static inline struct http_content
http_produced(uint64_t length)
{
	return (struct http_content){.source = HTTP_FROM_PRODUCER, .length = length};
}

/*
 * Makes the next octets of the content, at most @room (over 0), at @at. Returns their number; 0 at
 * the end; -LEAT_EAGAIN if there are none now; or another error, with which the message is broken
 * off.
 */
typedef ssize_t http_produce_fn(void *arg, char *at, size_t room);

#endif
