/*
 * get/output/name.h - the name of the file for what was fetched, from a URL or from what a server
 * says. Whatever they say, it is the name of a file in one folder, and not hidden.
 */
#ifndef GET_OUTPUT_NAME_H
#define GET_OUTPUT_NAME_H

#include "http/message/field.h"

/*
 * Returns the last segment of @path, a URL's, as the name of a file; "" if there is none. NULL
 * without memory. The caller frees it.
 */
char *output_name_of_path(struct http_span path);

/* The same for @name, which a server gave. */
char *output_name_of_server(struct http_span name);

/* Returns @folder and @name as one path, which the caller frees. NULL: without memory. */
char *output_path(const char *folder, const char *name);

#endif
