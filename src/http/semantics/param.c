/*
 * http/semantics/param.c - cuts elements and parameters where no quotes forbid it.
 */
#include "http/semantics/param.h"

#include "http/message/octet.h"

#include "base/err.h"

/* Octets of @s before the first @stop outside of quotes. */
static size_t
until(struct http_span s, char stop)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < s.len && (quoted || s.at[i] != stop); i++) {
		if (s.at[i] == '"')
			quoted = !quoted;
		else if (quoted && s.at[i] == '\\' && i + 1 < s.len)
			i++;
	}
	return i;
}

/* Takes what stands before @stop off *@rest, and @stop too. */
static struct http_span
cut(struct http_span *rest, char stop)
{
	struct http_span part = {rest->at, until(*rest, stop)};
	size_t step = part.len < rest->len ? part.len + 1 : part.len;

	rest->at += step;
	rest->len -= step;
	return http_span_trim(part);
}

bool
http_element_next(struct http_span *rest, struct http_span *element)
{
	while (rest->len > 0) {
		*element = cut(rest, ',');
		if (element->len > 0)
			return true;
	}
	return false;
}

struct http_span
http_param_begin(struct http_span *rest)
{
	return rest->len > 0 ? cut(rest, ';') : *rest;
}

/* Takes the quotes off a value; one that is not closed ends with the value. */
static void
take_off_quotes(struct http_param *p)
{
	size_t end = 1;

	p->quoted = p->value.len > 0 && p->value.at[0] == '"';
	if (!p->quoted)
		return;
	while (end < p->value.len && p->value.at[end] != '"')
		end += p->value.at[end] == '\\' && end + 1 < p->value.len ? 2 : 1;
	p->value = (struct http_span){p->value.at + 1, end - 1};
}

bool
http_param_next(struct http_span *rest, struct http_param *p)
{
	struct http_span s = {0};
	size_t equals;

	while (rest->len > 0 && s.len == 0)
		s = cut(rest, ';');
	if (s.len == 0)
		return false;
	equals = until(s, '=');
	p->name = http_span_trim((struct http_span){s.at, equals});
	p->value = equals < s.len ? http_span_trim((struct http_span){s.at + equals + 1, s.len - equals - 1})
				  : (struct http_span){s.at + s.len, 0};
	take_off_quotes(p);
	return true;
}

bool
http_param_find(struct http_span params, const char *name, struct http_param *p)
{
	while (http_param_next(&params, p))
		if (http_span_is(p->name, name))
			return true;
	return false;
}

void
http_put_param(struct http_writer *w, const struct http_param *p)
{
	if (!p->quoted) {
		http_put_span(w, p->value);
		return;
	}
	for (size_t i = 0; i < p->value.len; i++) {
		if (p->value.at[i] == '\\' && i + 1 < p->value.len)
			i++;
		http_put(w, p->value.at + i, 1);
	}
}

void
http_put_quoted(struct http_writer *w, struct http_span s)
{
	http_put_text(w, "\"");
	for (size_t i = 0; i < s.len && !w->err; i++) {
		if (!http_octet_is(s.at[i], HTTP_VALUE))
			w->err = -LEAT_EINVAL;
		if (s.at[i] == '"' || s.at[i] == '\\')
			http_put_text(w, "\\");
		http_put(w, s.at + i, 1);
	}
	http_put_text(w, "\"");
}

/* "0.5" as 500. */
static int
read_weight(struct http_span s)
{
	int thousandths;

	if (s.len < 1 || s.len > 5 || (s.at[0] != '0' && s.at[0] != '1') || (s.len > 1 && s.at[1] != '.'))
		return -1;
	thousandths = s.at[0] - '0';
	for (size_t i = 2; i < 5; i++) {
		if (i < s.len && !http_is_digit(s.at[i]))
			return -1;
		thousandths = thousandths * 10 + (i < s.len ? s.at[i] - '0' : 0);
	}
	return thousandths <= 1000 ? thousandths : -1;
}

int
http_weight(struct http_span params)
{
	struct http_param p;

	return http_param_find(params, "q", &p) ? read_weight(p.value) : 1000;
}
