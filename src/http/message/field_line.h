/*
 * http/message/field_line.h - field lines (RFC 9112, 5) as they come.
 */
#ifndef HTTP_MESSAGE_FIELD_LINE_H
#define HTTP_MESSAGE_FIELD_LINE_H

#include "http/message/field.h"
#include "http/message/reason.h"

#include <stdint.h>

/*
 * Adds the field of @line, which is not empty, to the *@n of @most fields at @field. A line that
 * begins with white space continues the field before it (RFC 9112, 5.2): it is joined with it in
 * place if @unfold, and refused otherwise.
 */
enum http_reason http_field_line(
    struct http_field *field, uint32_t *n, uint32_t most, struct http_span line, bool unfold);

#endif
