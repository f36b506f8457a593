/*
 * get/show/text.h - sizes, times and names as text of a known width on a terminal.
 *
 * A name comes from a stranger: octets that would command the terminal are not shown.
 */
#ifndef GET_SHOW_TEXT_H
#define GET_SHOW_TEXT_H

#include "base/nsec.h"
#include "http/message/writer.h"

/* "12.3 MB": units of 1,000, three digits. At most 7 columns. */
void show_put_size(struct http_writer *w, uint64_t octets);

/* "8s", "2m05s", "3h07m", "12d". At most 6 columns. */
void show_put_time(struct http_writer *w, nsec_t t);

/*
 * Puts @name, cut or filled up with spaces to @columns. A name that is cut loses its middle, which
 * "…" stands for: its end tells files apart. Control octets, and octets that are no UTF-8, are
 * shown as "?"; characters of East Asia count as two columns.
 */
void show_put_name(struct http_writer *w, struct http_span name, unsigned columns);

/* Columns that @name takes on a terminal. */
unsigned show_columns(struct http_span name);

#endif
