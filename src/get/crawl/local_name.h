/*
 * get/crawl/local_name.h - the file in which a page of a site is kept: "host/folder/name", as wget
 * has it. It opens nothing.
 */
#ifndef GET_CRAWL_LOCAL_NAME_H
#define GET_CRAWL_LOCAL_NAME_H

#include "http/uri/uri.h"

enum { LOCAL_NAME_MOST = 4096, LOCAL_NAME_SEGMENT = 255 };

/*
 * Puts the name for @u, which is in normal form, and a zero that does not count. A path that ends
 * with "/" gets "index.html", and a query follows after "?". No segment is "." or "..", none has an
 * octet that would command a terminal, and none is longer than a file system allows: the end of
 * such a one is a hash. Without @host the name of the host is left out.
 */
void local_name_put(struct http_writer *w, const struct http_uri *u, bool host);

#endif
