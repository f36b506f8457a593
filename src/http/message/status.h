/*
 * http/message/status.h - the status codes that are registered, and their phrases.
 */
#ifndef HTTP_MESSAGE_STATUS_H
#define HTTP_MESSAGE_STATUS_H

#include "http/message/field.h"

/*
 * The phrase of RFC 9110, 15, or of the IANA registry: "Not Found". Empty for other numbers, which
 * a status line may have as well (RFC 9112, 4).
 */
struct http_span http_status_phrase(unsigned status);

#endif
