/*
 * serve/login.c - asks for a name and a password (RFC 9110, 11; RFC 7617) before a request is
 * answered. The request waits for the check; others do not.
 */
#include "serve/impl.h"

#include "http/semantics/basic.h"
#include "http/semantics/method.h"
#include "http/uri/percent.h"
#include "http/uri/query.h"

#include <string.h>

static const char realm[] = "leat";

/* True if the path is that of a folder, whose page offers more to those who may change it. */
static bool
is_page(struct http_exchange *x)
{
	const struct serve *s = conn_of(x)->serve;
	struct http_span path = x->request->path;

	return s->set->public_read && (s->set->upload || s->set->remove) && path.len > 0 &&
	       path.at[path.len - 1] == '/' && http_method_is_safe(x->request->method);
}

/* The link of such a page: "?login=" with the folder to come back to. */
static bool
is_asked(struct http_exchange *x, struct http_span *to)
{
	return is_page(x) && x->request->has_query && http_query_find(x->request->query, "login", to);
}

/* OPTIONS says what a browser has to know before it may send a password (Fetch, 4.8). */
static bool
is_needed(struct http_exchange *x)
{
	const struct serve *s = conn_of(x)->serve;
	struct http_span to;

	if (!s->auth || x->request->method == HTTP_OPTIONS)
		return false;
	return !s->set->public_read || !http_method_is_safe(x->request->method) || is_asked(x, &to);
}

static void
refuse(struct http_exchange *x)
{
	char octets[64];
	struct http_writer w = http_writer(octets, sizeof octets);
	struct http_field field = {.name = http_span_of("WWW-Authenticate")};

	http_put_basic_challenge(&w, http_span_of(realm));
	field.value = (struct http_span){w.at, w.len};
	conn_of(x)->serve->counts->not_users++;
	answer_refuse(x, REFUSED_LOGIN, &field);
}

/* One more password may be tried after this time. */
static void
refuse_for_now(struct http_exchange *x)
{
	char octets[24];
	struct http_writer w = http_writer(octets, sizeof octets);
	struct http_field field = {.name = http_span_of("Retry-After")};

	http_put_number(&w, AUTH_WRONG_PAUSE / SEC, 10);
	field.value = (struct http_span){w.at, w.len};
	answer_refuse(x, REFUSED_LOGIN_MANY, &field);
}

/* Returns true if the request may be answered: a page for anyone is, whatever the password. */
static bool
settle(struct http_exchange *x, enum auth_result r)
{
	if (r == AUTH_IS_USER)
		return true;
	if (r == AUTH_WAITS)
		return false;
	work_of(x)->task.user[0] = '\0';
	if (!is_needed(x))
		return true;
	if (r == AUTH_TOO_MANY)
		refuse_for_now(x);
	else if (r == AUTH_BUSY)
		answer_refuse(x, REFUSED_LOGIN_BUSY, NULL);
	else
		refuse(x);
	return false;
}

static void
on_answer(struct auth_wait *w, enum auth_result r)
{
	struct serve_task *t = container_of(w, struct serve_task, login);
	struct http_exchange *x = &container_of(t, struct serve_work, task)->http.x;

	if (settle(x, r))
		route_answer(x);
}

static enum auth_result
ask(struct http_exchange *x, struct http_span credentials)
{
	const struct serve_conn *c = conn_of(x);
	struct serve_task *t = &work_of(x)->task;
	char octets[AUTH_NAME_MOST + AUTH_PASSWORD_MOST + 2];
	struct http_span name, password;
	enum auth_result r = AUTH_IS_NOT;

	if (!http_basic_read(credentials, octets, sizeof octets, &name, &password) ||
	    name.len > AUTH_NAME_MOST)
		return r;
	memcpy(t->user, name.at, name.len);
	t->user[name.len] = '\0';
	t->login.fn = on_answer;
	r = auth_ask(c->serve->auth, &c->addr, name, password, io_now(c->serve->world), &t->login);
	explicit_bzero(octets, sizeof octets);
	return r;
}

bool
login_passes(struct http_exchange *x)
{
	const struct http_request *r = x->request;
	const struct http_field *f = http_field_find(r->field, r->fields, "authorization");

	if (!is_needed(x) && !(f && conn_of(x)->serve->auth && is_page(x)))
		return true;
	return settle(x, f ? ask(x, f->value) : AUTH_IS_NOT);
}

bool
login_may_change(struct http_exchange *x)
{
	return !conn_of(x)->serve->auth || work_of(x)->task.user[0];
}

/* "./" keeps the folder from being read as a scheme or a host: no address leads elsewhere. */
bool
login_answer(struct http_exchange *x)
{
	struct serve_work *work = work_of(x);
	struct http_writer folder = http_writer(work->task.path, sizeof work->task.path);
	struct http_writer w = http_writer(work->scratch, sizeof work->scratch);
	struct http_span to;

	if (!is_asked(x, &to))
		return false;
	/* The path of this request, which was there, is not needed any more. */
	http_form_decode(&folder, to);
	http_put_text(&w, "./");
	http_percent_encode(&w, (struct http_span){folder.at, folder.len}, HTTP_PLAIN_PATH);
	if (folder.err || w.err)
		answer_refuse(x, REFUSED_PATH_LONG, NULL);
	else
		answer_redirect(x, 303, (struct http_span){w.at, w.len});
	return true;
}
