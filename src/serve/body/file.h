/*
 * serve/body/file.h - an open file of the site, or one range of it, as the content of a response.
 */
#ifndef SERVE_BODY_FILE_H
#define SERVE_BODY_FILE_H

#include "serve/body/body.h"
#include "serve/site/site.h"

struct body_file {
	struct body body;
	struct site *site;
	struct site_file *file;
	int64_t off, end; /* the octets that are still to be made */
};

/*
 * Makes @b the whole of @f, which the body releases at its end. A file that has become shorter by
 * then breaks the content off; one that has become longer is made as long as it was when it was
 * opened.
 */
void body_file_init(struct body_file *b, struct site *site, struct site_file *f);

/* Makes it the @len octets from @off on, before the first are made. */
void body_file_part(struct body_file *b, uint64_t off, uint64_t len);

#endif
