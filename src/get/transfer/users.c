/*
 * get/transfer/users.c - the fields that the user gave: which are sent, and to whom.
 */
#include "get/transfer/impl.h"

#include "base/err.h"
#include "http/semantics/basic.h"

bool
transfer_is_condition(struct http_span name)
{
	static const char *const names[] = {
	    "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "range"};

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (http_span_is(name, names[i]))
			return true;
	}
	return false;
}

/*
 * Fields that the connection writes by itself, that only the first server may see, or that change
 * what leat get asks for itself.
 */
static bool
is_held_back(const struct transfer *t, struct http_span name)
{
	if (http_span_is(name, "host") || http_span_is(name, "connection") ||
	    http_span_is(name, "keep-alive") || http_span_is(name, "content-length") ||
	    http_span_is(name, "transfer-encoding") || http_span_is(name, "expect"))
		return true;
	if (t->ask.own &&
	    (!transfer_trusts(t) || http_span_is(name, "accept-encoding") || transfer_is_condition(name)))
		return true;
	return (http_span_is(name, "authorization") || http_span_is(name, "cookie")) && !transfer_trusts(t);
}

/* A field that says where the content ends. "chunked" is obeyed where it can be. */
static bool
is_framing(const struct get_field *u)
{
	return http_span_is(u->field.name, "content-length") ||
	       (http_span_is(u->field.name, "transfer-encoding") &&
		   !http_list_has(u->field.value, "chunked"));
}

void
transfer_add_users(struct transfer_fields *f)
{
	const struct transfer *t = f->transfer;
	const struct get_settings *set = t->get->set;

	for (unsigned i = 0; i < set->fields; i++) {
		const struct get_field *u = &set->field[i];

		if (u->use == GET_FIELD_SEND && t->info.requests == 1 && is_framing(u))
			transfer_say(f->transfer, TRANSFER_WARNING,
			    "%.*s is set by leat get itself, and yours is not sent", (int)u->field.name.len,
			    u->field.name.at);
		if (u->use == GET_FIELD_REMOVE || is_held_back(t, u->field.name))
			continue;
		if (f->n < REQUEST_FIELDS)
			f->field[f->n++] = u->field;
		else
			f->w.err = -LEAT_ENOBUFS;
	}
}
