/*
 * get/report/trace.h - what -v prints of a transfer on standard error. Octets that a terminal would
 * obey are masked. For get only.
 */
#ifndef GET_TRACE_H
#define GET_TRACE_H

#include "http/message/field.h"

#include <stdio.h>

/* Puts @s, with "?" for what a terminal would obey. */
void trace_put(FILE *to, struct http_span s);

/* Prints what happens, after "* ". */
void trace_note(const char *text);

/* Prints each of the @lines of a head after @mark. */
void trace_head(char mark, struct http_span lines);

#endif
