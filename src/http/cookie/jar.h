/*
 * http/cookie/jar.h - the cookies that a client keeps (RFC 6265, 5.3), up to a number that the
 * caller sets. It reads no file; http/cookie/file.h has the lines.
 */
#ifndef HTTP_COOKIE_JAR_H
#define HTTP_COOKIE_JAR_H

#include "http/cookie/cookie.h"
#include "http/message/writer.h"

enum { HTTP_JAR_OF_DOMAIN = 50 }; /* cookies of one domain (RFC 6265, 6.1) */

struct http_jar_entry {
	struct http_cookie cookie; /* its spans point to @text */
	char *text;
	uint64_t used; /* when it was last set or sent: a number that grows */
};

struct http_jar {
	struct http_jar_entry *entry; /* in the order in which they were first set */
	size_t n, most;
	uint64_t uses;
};

/* An empty jar of at most @most cookies, each of some 6 kB at most. */
void http_jar_init(struct http_jar *j, size_t most);

void http_jar_free(struct http_jar *j);

/*
 * Keeps a copy of @c in place of one with the same name, domain and path; one that has expired
 * removes that. At a bound, what has expired goes first, then what was not used for the longest
 * time: of the domain at its bound, of all at the other. Returns 0 or -LEAT_ENOMEM.
 */
int http_jar_add(struct http_jar *j, const struct http_cookie *c, int64_t now);

/*
 * Reads the value of a Set-Cookie field from @peer into the jar. *@why says if it was refused.
 * Returns 0 or -LEAT_ENOMEM.
 */
int http_jar_set(struct http_jar *j, struct http_span value, const struct http_cookie_peer *peer, int64_t now,
    enum http_cookie_reason *why);

/*
 * Puts the value of Cookie for a request to @peer (RFC 6265, 5.4): "a=b; c=d", those of longer
 * paths first. It is empty if no cookie goes there. What has no more room is left out, and is no
 * error.
 */
void http_jar_put(
    struct http_jar *j, struct http_writer *w, const struct http_cookie_peer *peer, int64_t now);

#endif
