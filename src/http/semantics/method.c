/*
 * http/semantics/method.c - refuses methods, and lists those that are not refused.
 */
#include "http/semantics/method.h"

#include "http/message/start.h"

unsigned
http_method_refusal(enum http_method m, unsigned allowed, unsigned known)
{
	if (m == HTTP_METHOD_OTHER)
		return 501;
	if (allowed >> m & 1)
		return 0;
	return known >> m & 1 ? 405 : 501;
}

void
http_put_methods(struct http_writer *w, unsigned methods)
{
	const char *comma = "";

	for (enum http_method m = 0; m < HTTP_METHOD_OTHER; m++) {
		if (!(methods >> m & 1))
			continue;
		http_put_text(w, comma);
		http_put_text(w, http_method_name(m));
		comma = ", ";
	}
}
