/*
 * http/semantics/media_type.h - media types (RFC 9110, 8.3): by the name of a file, and as a field.
 *
 * The content of a file is never looked at.
 */
#ifndef HTTP_SEMANTICS_MEDIA_TYPE_H
#define HTTP_SEMANTICS_MEDIA_TYPE_H

#include "http/message/field.h"

struct http_media_type {
	const char *ending; /* of the name, after its last dot, in small letters */
	const char *type;   /* for Content-Type, with the charset if it is text */
	bool text;          /* people can read it as it is */
	bool compress;      /* it becomes smaller when it is compressed */
};

/*
 * The type of a file with this name, a path or only its last segment, in any case. Never NULL: it
 * is application/octet-stream for what is not known.
 */
const struct http_media_type *http_media_type_of(struct http_span name);

/*
 * Cuts the value of Content-Type: returns its type ("text/html"), and *@params for
 * http_param_find(). Empty if it is not two tokens with "/" between them.
 */
struct http_span http_content_type(struct http_span value, struct http_span *params);

#endif
