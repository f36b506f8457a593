/*
 * serve/redirect.c - addresses that have moved, as the settings say (RFC 9110, 15.4). What the
 * status means for the method is the client's affair: 307 and 308 keep it.
 */
#include "serve/impl.h"

#include "http/uri/percent.h"

/* True if @path is @r's, with what follows of it in *@rest. */
static bool
applies(const struct serve_redirect *r, const struct http_path *path, struct http_span *rest)
{
	size_t len = strlen(r->from);
	bool within = path->text.len >= len && memcmp(path->text.at, r->from, len) == 0;

	*rest = (struct http_span){NULL, 0};
	if (within && path->text.len == len)
		return len == 0 || path->folder == r->below;
	if (!r->below || !within || (len > 0 && path->text.at[len] != '/'))
		return false;
	*rest = (struct http_span){path->text.at + len + (len > 0), path->text.len - len - (len > 0)};
	return true;
}

static void
redirect_to(struct http_exchange *x, const struct serve_redirect *r, struct http_span rest, bool folder)
{
	struct serve_work *work = work_of(x);
	struct http_writer w = http_writer(work->scratch, sizeof work->scratch);

	http_put_text(&w, r->to);
	http_percent_encode(&w, rest, HTTP_PLAIN_PATH);
	if (rest.len > 0 && folder)
		http_put_text(&w, "/");
	if (x->request->has_query && !strchr(r->to, '?')) {
		http_put_text(&w, "?");
		http_put_span(&w, x->request->query);
	}
	if (w.err)
		answer_refuse(x, REFUSED_PATH_LONG, NULL);
	else
		answer_redirect(x, r->status, (struct http_span){w.at, w.len});
}

bool
redirect_answer(struct http_exchange *x, const struct http_path *path)
{
	const struct serve_settings *set = conn_of(x)->serve->set;
	struct http_span rest;

	for (unsigned i = 0; i < set->redirects_n; i++) {
		if (applies(&set->redirects[i], path, &rest)) {
			redirect_to(x, &set->redirects[i], rest, path->folder);
			return true;
		}
	}
	return false;
}
