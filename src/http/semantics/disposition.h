/*
 * http/semantics/disposition.h - Content-Disposition (RFC 6266), and names of files that strangers
 * give (RFC 8187 for those with other letters than ASCII's).
 */
#ifndef HTTP_SEMANTICS_DISPOSITION_H
#define HTTP_SEMANTICS_DISPOSITION_H

#include "http/message/writer.h"

/*
 * Puts the name that the value of a Content-Disposition gives, in UTF-8: that of "filename*" if its
 * charset is UTF-8 or ISO-8859-1, else that of "filename", as octets. Returns false, with nothing
 * put, if there is no name or it cannot be decoded; @w may then be at its bound.
 */
bool http_disposition_name(struct http_writer *w, struct http_span value);

/*
 * Cuts the name @name, which a stranger gave, down to what may be the name of a file in a folder of
 * ours: what follows its last "/" or "\". Returns false if nothing is left, or ".", "..", or
 * control octets: there is then no safe name.
 */
bool http_safe_name(struct http_span *name);

/*
 * Puts a value of Content-Disposition: @type ("attachment", "inline") and the name @name. If that
 * has other octets than plain ones of ASCII, it stands in both forms: with "_" for each such octet,
 * and percent-encoded (RFC 6266, appendix D).
 */
void http_put_disposition(struct http_writer *w, const char *type, struct http_span name);

#endif
