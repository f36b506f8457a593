/*
 * serve/methods.c - which methods a path has, and what is said of them: OPTIONS, 405 and 501.
 */
#include "serve/impl.h"

#include "http/semantics/method.h"

enum {
	METHODS_READ = 1U << HTTP_GET | 1U << HTTP_HEAD | 1U << HTTP_OPTIONS,
	METHODS_ECHO = METHODS_READ | 1U << HTTP_POST | 1U << HTTP_PUT | 1U << HTTP_DELETE | 1U << HTTP_PATCH,
	METHODS_KNOWN = METHODS_ECHO | 1U << HTTP_CONNECT | 1U << HTTP_TRACE
};

enum { METHODS_TEXT = 80 }; /* room for the names of all methods */

/* Files are added to folders, and stored at paths that are not a folder's. */
unsigned
methods_allowed(const struct serve *s, const struct http_path *path)
{
	bool root = path->text.len == 0;
	unsigned allowed = METHODS_READ;

	if (echo_is_at(s, path))
		return METHODS_ECHO;
	if (s->set->upload)
		allowed |= 1U << (root || path->folder ? HTTP_POST : HTTP_PUT);
	if (s->set->remove && !root)
		allowed |= 1U << HTTP_DELETE;
	return allowed;
}

/* An echo has no effect, whoever asks. */
unsigned
methods_elsewhere(const struct serve *s, const struct http_path *path)
{
	return methods_allowed(s, path) & (echo_is_at(s, path) ? METHODS_ECHO : METHODS_READ);
}

static struct http_field
allow_field(struct http_writer *w, unsigned allowed)
{
	http_put_methods(w, allowed);
	return (struct http_field){http_span_of("Allow"), {w->at, w->len}};
}

bool
methods_refuse(struct http_exchange *x, unsigned allowed)
{
	unsigned status = http_method_refusal(x->request->method, allowed, METHODS_KNOWN);
	char octets[METHODS_TEXT];
	struct http_writer w = http_writer(octets, sizeof octets);
	struct http_field field = allow_field(&w, allowed);

	if (status == 405)
		answer_refuse(x, REFUSED_METHOD, &field);
	else if (status)
		answer_refuse(x, REFUSED_METHOD_OTHER, NULL);
	return status != 0;
}

/* A browser asks before a request that a page of another origin makes (Fetch, 3.2.2). */
static void
add_preflight(struct http_answer *a, struct http_field *field, struct http_writer *allow, unsigned elsewhere)
{
	struct http_writer w = http_writer(allow->at + allow->len, allow->most - allow->len);
	struct http_span methods;

	http_put_methods(&w, elsewhere);
	methods = (struct http_span){w.at, w.len};
	field[a->fields++] = (struct http_field){http_span_of("Access-Control-Allow-Methods"), methods};
	field[a->fields++] =
	    (struct http_field){http_span_of("Access-Control-Allow-Headers"), http_span_of("*")};
	field[a->fields++] =
	    (struct http_field){http_span_of("Access-Control-Max-Age"), http_span_of("86400")};
}

void
methods_options(struct http_exchange *x, unsigned allowed, unsigned elsewhere)
{
	char octets[2 * METHODS_TEXT];
	struct http_writer w = http_writer(octets, sizeof octets);
	struct http_field field[4] = {allow_field(&w, allowed)};
	struct http_answer a = {.status = 204, .field = field, .fields = 1};

	if (conn_of(x)->serve->set->cors)
		add_preflight(&a, field, &w, elsewhere);
	answer_send(x, &a);
}
