/*
 * http/form/part_head.h - the head of one part of a form (RFC 7578, 4.2).
 */
#ifndef HTTP_FORM_PART_HEAD_H
#define HTTP_FORM_PART_HEAD_H

#include "http/form/multipart.h"

/*
 * Reads the fields in the @n octets at @head, which end with an empty line. The spans of *@part
 * point into them, where names are decoded in place.
 */
enum http_multipart_reason http_part_head(char *head, size_t n, struct http_part *part);

#endif
