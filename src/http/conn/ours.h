/*
 * http/conn/ours.h - fields that the connection writes, and no one above it.
 */
#ifndef HTTP_CONN_OURS_H
#define HTTP_CONN_OURS_H

#include "http/message/writer.h"

/*
 * Writes the @n fields. The writer fails with -LEAT_EINVAL at one that frames a message or rules
 * its connection.
 */
void http_write_theirs(struct http_writer *w, const struct http_field *field, uint32_t n);

#endif
