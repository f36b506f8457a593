/*
 * get/jar.h - the cookies of a run: read from files, sent, set by servers, and written to a file.
 * For get only.
 */
#ifndef GET_JAR_H
#define GET_JAR_H

#include "get/transfer/transfer.h"
#include "http/cookie/jar.h"

/* What the user wants of cookies. */
struct jar_settings {
	const char *const *file; /* of -b; "": none, but cookies of servers are kept */
	unsigned files;
	const char *out;   /* of -c; NULL: none */
	bool junk_session; /* cookies of a session are not read */
	const char *fixed; /* "a=b; c=d", for the first server; NULL: none */
};

struct jar {
	const struct jar_settings *set;
	struct http_jar cookies;
	bool on, verbose;
	nsec_t (*wall)(void);
};

/* Reads the files. A file that cannot be read is a warning on standard error, unless @silent. */
void jar_open(struct jar *j, const struct jar_settings *set, nsec_t (*wall)(void), bool silent);

/* As transfer_ops.fields and .head. */
void jar_put(struct jar *j, struct transfer *t, struct transfer_fields *f);
void jar_take(struct jar *j, const struct transfer *t, const struct http_response *r);

/* Writes the file of -c. Returns GET_OK; or a code after a message. */
enum get_code jar_close(struct jar *j);

#endif
