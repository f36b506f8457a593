/*
 * get/upload/body.h - the content of a request, as an object. upload.h makes them.
 */
#ifndef GET_UPLOAD_BODY_H
#define GET_UPLOAD_BODY_H

#include "http/conn/content.h"

struct get_body;

struct get_body_ops {
	/*
	 * Begins at the start, perhaps once more (after a redirect). Returns 0 with *@content; or
	 * -LEAT_EOPNOTSUPP if the octets cannot be had again.
	 */
	int (*begin)(struct get_body *b, struct http_content *content);
	/*
	 * As http_produce_fn, if *@content is produced. After -LEAT_EAGAIN it calls @b->ready when
	 * there is more.
	 */
	ssize_t (*produce)(struct get_body *b, char *at, size_t room);
	void (*free)(struct get_body *b);
};

struct get_body {
	const struct get_body_ops *ops;
	const char *type; /* Content-Type; NULL: none */
	void (*ready)(void *arg);
	void *ready_arg;
};

#endif
