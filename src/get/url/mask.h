/*
 * get/url/mask.h - octets that a terminal would obey, in text that a stranger may have written.
 */
#ifndef GET_MASK_H
#define GET_MASK_H

#include "http/message/field.h"

/*
 * True if the octet at @i of @s belongs to a control character, of ASCII or of C1: C2 80 to C2 9F
 * in UTF-8, or such an octet by itself. A tab is none.
 */
bool mask_is_control(struct http_span s, size_t i);

/* Puts "?" in the place of control characters of the @n octets at @at. Line ends stay. */
void mask_controls(char *at, size_t n);

#endif
