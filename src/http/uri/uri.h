/*
 * http/uri/uri.h - URI references (RFC 3986): taken apart, resolved against a base, and brought to
 * a normal form. It knows no scheme but http and https, and decodes nothing that has a meaning.
 */
#ifndef HTTP_URI_URI_H
#define HTTP_URI_URI_H

#include "http/message/writer.h"

/*
 * The components (RFC 3986, 3). A component that is missing differs from one that is empty: "a?"
 * has a query. A scheme and a path cannot be both missing and empty.
 */
struct http_uri {
	struct http_span scheme, authority, path, query, fragment; /* without their delimiters */
	bool has_authority, has_query, has_fragment;
};

/*
 * Takes the reference @s apart (RFC 3986, 4.1 and appendix B); the spans point into @s. Octets that
 * browsers send but the RFC does not allow are accepted: those from 0x80 on, and [ ] ^ ` { | }.
 * Returns false, with @u untouched, if @s has any other octet that the RFC does not allow, such as
 * a space or a control octet; a "%" without two digits; or a colon in its first segment, when that
 * is not a scheme.
 */
bool http_uri_parse(struct http_span s, struct http_uri *u);

/* Puts the components with their delimiters (RFC 3986, 5.3). */
void http_uri_put(struct http_writer *w, const struct http_uri *u);

/*
 * Puts the URI that @ref means where @base was read (RFC 3986, 5.2). @base has a scheme. The result
 * has the fragment of @ref.
 */
void http_uri_resolve(struct http_writer *w, const struct http_uri *base, const struct http_uri *ref);

/*
 * Puts @u in the form in which equal URIs have equal octets (RFC 3986, 6.2.2 and 6.2.3): case of
 * scheme, host and triplets, no triplet of an unreserved octet, no dot segments if @u has a scheme;
 * for http and https also no default port and "/" for an empty path. Octets that the RFC does not
 * allow are percent-encoded. An authority that no http URI could have stays as it is.
 */
void http_uri_normalise(struct http_writer *w, const struct http_uri *u);

/*
 * Puts @s with each octet percent-encoded that no URI may have, so that what a person typed or a
 * careless server sent can be parsed: spaces, quotes, octets from 0x80 on. A "%" stays.
 */
void http_uri_clean(struct http_writer *w, struct http_span s);

/*
 * Takes "." and ".." out of the path that stands in @w from offset @from to the end (RFC 3986,
 * 5.2.4). A result that begins with "//" would be read as an authority where there is none; it gets
 * "/." in front, as in browsers.
 */
void http_uri_end_path(struct http_writer *w, size_t from, bool has_authority);

/* 80 for http, 443 for https, 0 for any other scheme (RFC 9110, 4.2). */
uint16_t http_uri_default_port(struct http_span scheme);

#endif
