/*
 * http/message/framing.h - what the fields of a whole head say: where the message ends (RFC 9112,
 * 6.3), and what becomes of the connection (RFC 9112, 9.3).
 *
 * Whatever two readers of one message have understood differently is refused here.
 */
#ifndef HTTP_MESSAGE_FRAMING_H
#define HTTP_MESSAGE_FRAMING_H

#include "http/message/message.h"
#include "http/message/reason.h"

/*
 * Checks the fields of @r, whose start line was read, and fills in @r->framed; and @r->authority,
 * unless the target has one.
 */
enum http_reason http_frame_request(struct http_request *r);

/* The same for a response to a request with the method @asked. */
enum http_reason http_frame_response(struct http_response *r, enum http_method asked);

/* True if a field with this name is not to stand in a trailer section (RFC 9110, 6.5.1). */
bool http_not_in_trailer(struct http_span name);

#endif
