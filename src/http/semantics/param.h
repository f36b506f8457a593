/*
 * http/semantics/param.h - elements with parameters, as many fields have them (RFC 9110, 5.6.4 and
 * 5.6.6): "form-data; name=\"a, b\"; q=0.5". It knows no field and no parameter but "q".
 */
#ifndef HTTP_SEMANTICS_PARAM_H
#define HTTP_SEMANTICS_PARAM_H

#include "http/message/writer.h"

/*
 * A parameter. The value of a quoted string is what stands within its quotes, backslashes included.
 */
struct http_param {
	struct http_span name, value;
	bool quoted;
};

/*
 * Takes the next element off the comma-separated list *@rest, trimmed; a comma within quotes does
 * not separate. Empty elements are passed over. Returns false at the end.
 */
bool http_element_next(struct http_span *rest, struct http_span *element);

/*
 * Takes the octets before the first ";" off *@rest, trimmed: what the parameters belong to. *@rest
 * is then what http_param_next() reads.
 */
struct http_span http_param_begin(struct http_span *rest);

/*
 * Takes the next parameter off *@rest. A parameter without "=" has an empty value. Quotes that are
 * not closed end with the field. Returns false at the end.
 */
bool http_param_next(struct http_span *rest, struct http_param *p);

/* Finds the first parameter with this name, in any case. */
bool http_param_find(struct http_span params, const char *name, struct http_param *p);

/* Puts what a parameter means: its value without backslashes that quote. */
void http_put_param(struct http_writer *w, const struct http_param *p);

/*
 * Puts @s in quotes (RFC 9110, 5.6.4). Octets that no field may have are an error of @w
 * (-LEAT_EINVAL).
 */
void http_put_quoted(struct http_writer *w, struct http_span s);

/*
 * The weight "q" (RFC 9110, 12.4.2) among @params, in thousandths: 1000 if there is none, -1 if it
 * is malformed.
 */
int http_weight(struct http_span params);

#endif
