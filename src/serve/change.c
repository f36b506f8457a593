/*
 * serve/change.c - what requests that change the folder have in common: whether they may, what
 * their conditions say, and how a change that has ended is answered.
 */
#include "serve/impl.h"

#include "http/semantics/condition.h"

#include <sys/stat.h>

static bool
has_field(const struct http_request *r, const char *name)
{
	return http_field_find(r->field, r->fields, name) != NULL;
}

/* The conditions that mean something for a change (RFC 9110, 13.1). */
static bool
has_conditions(const struct http_request *r)
{
	return has_field(r, "if-match") || has_field(r, "if-none-match") ||
	       has_field(r, "if-unmodified-since");
}

bool
change_conditions_hold(struct http_exchange *x, const struct change_there *there, enum change_expect *expect)
{
	const struct http_request *r = x->request;
	char octets[SITE_ETAG_MOST];
	struct http_writer w = http_writer(octets, sizeof octets);
	struct http_validators v = {.exists = there->exists};

	*expect = has_conditions(r) ? CHANGE_EXPECT_SAME : CHANGE_EXPECT_ANY;
	if (there->exists && S_ISREG(there->mode)) {
		site_put_etag(&w, &there->state, HTTP_IDENTITY);
		v.has_etag = v.has_modified = true;
		v.etag.tag = (struct http_span){w.at, w.len};
		v.modified = site_seconds(there->state.modified);
	}
	return http_condition(r->method, r->field, r->fields, &v, conn_of(x)->serve->common_at) !=
	       HTTP_CONDITION_FAILED;
}

/* Content that is encoded would be stored as what it is not (RFC 9110, 8.4 and 15.5.16). */
static bool
refuse_coding(struct http_exchange *x)
{
	const struct http_field *f =
	    http_field_find(x->request->field, x->request->fields, "content-encoding");
	struct http_field accept = {http_span_of("Accept-Encoding"), http_span_of("identity")};

	if (!f || http_span_is(f->value, "identity"))
		return false;
	answer_refuse(x, REFUSED_CONTENT_CODING, &accept);
	return true;
}

bool
change_refuse_content(struct http_exchange *x)
{
	const struct http_framed *f = &x->request->framed;
	uint64_t most = conn_of(x)->serve->set->upload_most;

	if (f->framing == HTTP_NO_BODY && !f->has_length)
		answer_refuse(x, REFUSED_LENGTH, NULL);
	else if (most && f->length > most)
		answer_refuse(x, REFUSED_LARGE, NULL);
	else
		return refuse_coding(x);
	return true;
}

static enum serve_refusal
refusal_of(enum change_result r)
{
	static const enum serve_refusal of[] = {
	    [CHANGE_STATE] = REFUSED_CONDITION,
	    [CHANGE_ABSENT] = REFUSED_ABSENT,
	    [CHANGE_NO_PARENT] = REFUSED_PARENT,
	    [CHANGE_FOLDER] = REFUSED_IS_FOLDER,
	    [CHANGE_NOT_EMPTY] = REFUSED_NOT_EMPTY,
	    [CHANGE_NAME] = REFUSED_NAME,
	    [CHANGE_OUTSIDE] = REFUSED_OUTSIDE,
	    [CHANGE_DENIED] = REFUSED_CHANGE_DENIED,
	    [CHANGE_LARGE] = REFUSED_LARGE,
	    [CHANGE_FULL] = REFUSED_DISK_FULL,
	    [CHANGE_BUSY] = REFUSED_BUSY,
	    [CHANGE_BROKEN] = REFUSED_CHANGE_BROKEN,
	};

	return of[r];
}

void
change_refuse(struct http_exchange *x, enum change_result r)
{
	answer_refuse(x, refusal_of(r), NULL);
}

/* Takes the last segment off the path. */
static struct http_span
last_segment(struct http_span *path)
{
	size_t at = path->len;
	struct http_span name;

	while (at > 0 && path->at[at - 1] != '/')
		at--;
	name = (struct http_span){path->at + at, path->len - at};
	path->len = at > 0 ? at - 1 : 0;
	return name;
}

/* What another program has given a name that no one may give here can be removed. */
static bool
name_fits(struct http_exchange *x, struct http_span name)
{
	const struct site *site = conn_of(x)->serve->site;

	if (x->request->method == HTTP_DELETE)
		return name.len > 0 && site_shows(site, name);
	return change_name_valid(site, name);
}

enum change_result
change_place_of(struct http_exchange *x, const struct http_path *path, struct change_place *place)
{
	const struct site *site = conn_of(x)->serve->site;
	struct http_span parent = path->text, name = last_segment(&parent);
	enum change_result r;

	if (site_hides(site, path) || !name_fits(x, name))
		return CHANGE_NAME;
	r = change_place_open(place, site, parent, name);
	if (r == CHANGE_BUSY && site_relieve(conn_of(x)->serve->site))
		r = change_place_open(place, site, parent, name);
	return r;
}
