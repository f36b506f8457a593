/*
 * get/upload/upload.h - makes the content of requests: octets in memory, a file, standard input, or
 * a form with files (multipart/form-data, RFC 7578).
 */
#ifndef GET_UPLOAD_UPLOAD_H
#define GET_UPLOAD_UPLOAD_H

#include "get/upload/body.h"

struct loop;

/* Content of @len octets at @at, which are borrowed, as @type is. NULL without memory. */
struct get_body *upload_memory(const char *at, size_t len, const char *type);

/*
 * The file @path from octet @from on. Returns 0 with *@out; or a negative errno. A file that is not
 * regular is sent in chunks, and only once.
 */
int upload_file(const char *path, uint64_t from, struct loop *loop, struct get_body **out);

/* Standard input, in chunks. Returns as upload_file(). */
int upload_stdin(struct loop *loop, struct get_body **out);

/* A part of a form. All is borrowed. */
struct upload_part {
	const char *name;
	const char *value; /* NULL: the content is a file's */
	size_t len;
	const char *path;      /* of the file */
	const char *file_name; /* NULL: none is sent */
	const char *type;      /* NULL: none is sent */
	struct upload_part *next;
};

/*
 * A form with the parts from @first on. @random has 16 octets that cannot be guessed, of which the
 * boundary is made. Returns as upload_file(), with *@part the part whose file cannot be read.
 */
int upload_form(const struct upload_part *first, const uint8_t random[static 16], struct get_body **out,
    const struct upload_part **part);

#endif
