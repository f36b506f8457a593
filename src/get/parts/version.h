/*
 * get/parts/version.h - the version of a file that parts are of. Parts of two versions must never
 * be joined, so each response is compared with the first one.
 */
#ifndef GET_PARTS_VERSION_H
#define GET_PARTS_VERSION_H

#include "http/message/message.h"
#include "http/message/writer.h"
#include "http/semantics/range.h"

enum { VERSION_VALIDATOR = 256 };

/* The strong validator of a version: its ETag, else its Last-Modified; and its length. */
struct version {
	char validator[VERSION_VALIDATOR];
	size_t validator_len;
	bool is_etag;
	uint64_t length;
};

static inline struct http_span
version_validator(const struct version *v)
{
	return (struct http_span){v->validator, v->validator_len};
}

/*
 * Reads the version from the first response, a 206 or a 200. Returns false if it has no validator
 * that tells versions apart: no strong ETag, and no Last-Modified that is a minute older than the
 * response (RFC 9110, 8.8.2.2). @now is the time since 1970, in seconds.
 */
bool version_read(struct version *v, const struct http_response *r, int64_t now);

/*
 * True if @r is a 206 with exactly the octets of @asked, of this version. If it is not, *@why says
 * so in words that follow the name of the file.
 */
bool version_is_part(
    const struct version *v, const struct http_response *r, const struct http_range *asked, const char **why);

/* Puts "etag "abc"" or "modified Sun, ...", a line of text; and reads it. */
void version_put(struct http_writer *w, const struct version *v);
bool version_read_line(struct version *v, struct http_span line);

#endif
