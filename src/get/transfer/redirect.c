/*
 * get/transfer/redirect.c - which responses are redirects, where they lead, and what the next
 * request keeps of this one: as curl decides it.
 */
#include "get/transfer/impl.h"

#include "base/err.h"

#include <stdlib.h>

bool
redirect_wanted(const struct transfer *t)
{
	return t->get->set->follow || t->ask.own;
}

enum get_code
redirect_look(struct transfer *t, const struct http_response *r)
{
	const struct get_settings *set = t->get->set;
	const struct http_field *to = http_field_find(r->field, r->fields, "location");

	free(t->location);
	t->location = NULL;
	if (r->status < 300 || r->status >= 400 || !to || to->value.len == 0)
		return GET_OK;
	if (redirect_wanted(t) && set->redirects_most >= 0 &&
	    t->info.redirects >= (unsigned)set->redirects_most)
		return get_fail(
		    &t->result, GET_REDIRECTS, "Maximum (%d) redirects followed", set->redirects_most);
	t->location = strndup(to->value.at, to->value.len);
	return t->location ? GET_OK : get_fail(&t->result, GET_MEMORY, NULL);
}

bool
transfer_trusts(const struct transfer *t)
{
	return t->get->set->trusted || !t->first.text || get_url_same_origin(&t->first, &t->url);
}

/*
 * RFC 9110, 15.4: a POST becomes a GET at 301 and 302, as in every browser, and any method but HEAD
 * at 303. A method that the user has named stays.
 */
static void
choose_method(struct transfer *t)
{
	const struct get_settings *set = t->get->set;
	bool post = t->ask.method == TRANSFER_POST;
	bool keep = (t->info.status == 301 && (set->post301 || !post)) ||
		    (t->info.status == 302 && (set->post302 || !post)) ||
		    (t->info.status == 303 && ((set->post303 && post) || t->ask.method <= TRANSFER_HEAD)) ||
		    (t->info.status != 301 && t->info.status != 302 && t->info.status != 303);

	if (keep)
		return;
	t->ask.method = TRANSFER_GET;
	t->ask.body = NULL;
}

/* The Referer of the next request (RFC 9110, 10.1.3). */
static enum get_code
choose_referer(struct transfer *t)
{
	size_t most = strlen(t->url.text) + 16;
	struct http_writer w;

	if (!t->get->set->auto_referer)
		return GET_OK;
	free(t->from);
	t->from = malloc(most);
	if (!t->from)
		return get_fail(&t->result, GET_MEMORY, NULL);
	w = http_writer(t->from, most - 1);
	get_url_put_referer(&w, &t->url);
	t->from[w.len] = '\0';
	return GET_OK;
}

enum get_code
redirect_follow(struct transfer *t)
{
	struct get_url next = {0};
	enum get_code code = get_url_follow(&next, &t->url, http_span_of(t->location), &t->result);

	if (code == GET_OK)
		code = choose_referer(t);
	if (code) {
		get_url_free(&next);
		return code;
	}
	if (!t->first.text)
		t->first = t->url;
	else
		get_url_free(&t->url);
	t->url = next;
	choose_method(t);
	t->info.redirects++;
	transfer_say(t, TRANSFER_NOTE, "Issue another request to this URL: '%s'", t->url.text);
	return GET_OK;
}
