/*
 * get/url/url.h - a URL that can be fetched: read as a person typed it or as a server sent it,
 * taken apart, and kept in memory of its own. It opens nothing.
 */
#ifndef GET_URL_H
#define GET_URL_H

#include "get/url/code.h"
#include "http/uri/authority.h"
#include "http/uri/uri.h"

enum { GET_URL_MOST = 65536 };

struct get_url {
	char *text; /* the spans below point into it */
	struct http_uri uri;
	struct http_authority at;
	uint16_t port; /* that is connected to */
	bool tls;      /* https */
};

/*
 * Reads @typed: a URL, or one whose "http://" is missing. Octets outside of ASCII are
 * percent-encoded; a space or a control octet is an error. Dot segments are removed from the path.
 * Returns GET_OK with *@u, which get_url_free() frees; or a code with @why, and *@u unchanged.
 */
enum get_code get_url_read(struct get_url *u, const char *typed, struct get_result *why);

/*
 * Reads @reference, which came with a response from @base (RFC 9110, 10.2.2). It may have octets
 * that careless servers do not encode. The fragment of @base is kept if @reference has none. Only
 * http and https are accepted. Returns as get_url_read().
 */
enum get_code get_url_follow(
    struct get_url *u, const struct get_url *base, struct http_span reference, struct get_result *why);

void get_url_free(struct get_url *u);

/* Returns true if both have the same scheme, host and port (RFC 6454, 5). */
bool get_url_same_origin(const struct get_url *a, const struct get_url *b);

/* Puts host and port as they stand in Host: without the port if it is the scheme's own. */
void get_url_put_host(struct http_writer *w, const struct get_url *u);

/* Puts the target in origin-form (RFC 9112, 3.2.1), or in absolute-form if @absolute. */
void get_url_put_target(struct http_writer *w, const struct get_url *u, bool absolute);

/* Puts the URL as it stands in Referer (RFC 9110, 10.1.3): without user and fragment. */
void get_url_put_referer(struct http_writer *w, const struct get_url *u);

#endif
