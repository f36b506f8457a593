/*
 * serve/change/form.h - the files of a form (multipart/form-data), one after the other, each with
 * its own upload. A file comes to its place as soon as it has ended; it replaces none. If one
 * fails, those before it stay, and those after it are not stored.
 */
#ifndef SERVE_CHANGE_FORM_H
#define SERVE_CHANGE_FORM_H

#include "http/form/multipart.h"
#include "serve/change/upload.h"

enum form_fault {
	FORM_FINE,
	FORM_MALFORMED,
	FORM_NO_FILE, /* it has no file, or the user has chosen none */
	FORM_NAME,    /* of a file is not allowed */
	FORM_CHANGE   /* see @result */
};

struct form {
	/* The owner's: set before form_begin(). */
	const struct site *site;
	struct jobs *jobs;
	struct http_span path; /* of the folder, as http_path.text; borrowed */
	/* There is room again, or the form is @over. May be called from within any call. */
	void (*event)(struct form *f);
	void *owner;

	/* Results. */
	bool over;
	enum form_fault fault;
	enum change_result result; /* of the last file */
	unsigned files;            /* that came to their places */
	char name[NAME_MAX + 1];   /* of the last one */

	/* The form's own. */
	struct http_multipart multipart;
	struct upload *upload; /* of the part that arrives; NULL: it is thrown away */
	bool waits;            /* for the file to come to its place */
	bool closed;           /* the last boundary has come */
	bool ended;            /* form_end() was called */
	char head[2048];
};

/* A form of zeros, or NULL without memory. */
struct form *form_new(void);

/* False if @type, the Content-Type, is not that of such a form. */
bool form_begin(struct form *f, struct http_span type);

/*
 * Takes the first of @n octets of the content, and returns how many; an event follows if not all.
 */
size_t form_write(struct form *f, const char *at, size_t n);

/* The content has ended; an event follows. */
void form_end(struct form *f);

void form_free(struct form *f);

#endif
