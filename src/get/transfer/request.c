/*
 * get/transfer/request.c - builds the request of a transfer: method, target and fields, those of
 * the user in the place of our own.
 */
#include "get/transfer/impl.h"

#include "base/err.h"
#include "http/semantics/basic.h"
#include "http/semantics/date.h"
#include "http/uri/percent.h"

/* A request with more content than this asks first whether it is wanted (as curl does). */
enum { EXPECT_FROM = 1 << 20, CREDENTIALS_MOST = 1024 };

static const struct get_field *
users_field(const struct transfer *t, const char *name)
{
	const struct get_settings *set = t->get->set;

	for (unsigned i = 0; i < set->fields; i++) {
		if (http_span_is(set->field[i].field.name, name))
			return &set->field[i];
	}
	return NULL;
}

/* Keeps what @f->w was given since @from as the value of a field. */
static void
add_written(struct transfer_fields *f, const char *name, size_t from)
{
	if (f->w.err)
		return;
	if (f->n == REQUEST_FIELDS) {
		f->w.err = -LEAT_ENOBUFS;
		return;
	}
	f->field[f->n++] = (struct http_field){http_span_of(name), {f->w.at + from, f->w.len - from}};
}

static void
add(struct transfer_fields *f, const char *name, struct http_span value)
{
	size_t from = f->w.len;

	http_put_span(&f->w, value);
	add_written(f, name, from);
}

void
transfer_field(struct transfer_fields *f, const char *name, struct http_span value)
{
	if (!users_field(f->transfer, name))
		add(f, name, value);
}

static void
add_text(struct transfer_fields *f, const char *name, const char *value)
{
	if (value && *value)
		transfer_field(f, name, http_span_of(value));
}

/* "user:password" as the value of @name. */
static void
add_basic(struct transfer_fields *f, const char *name, struct http_span user, struct http_span password)
{
	size_t from = f->w.len;

	if (users_field(f->transfer, name))
		return;
	http_put_basic(&f->w, user, password);
	add_written(f, name, from);
}

static void
split_credentials(struct http_span both, struct http_span *user, struct http_span *password)
{
	const char *colon = both.len > 0 ? memchr(both.at, ':', both.len) : NULL;

	*user = (struct http_span){both.at, colon ? (size_t)(colon - both.at) : both.len};
	*password =
	    colon ? (struct http_span){colon + 1, both.len - user->len - 1} : (struct http_span){"", 0};
}

/* User and password of the URL, which are percent-encoded there (RFC 3986, 3.2.1). */
struct url_login {
	char octets[CREDENTIALS_MOST];
	struct http_span user, password;
	bool has_password;
};

/* Returns false if they are too long. */
static bool
read_login(const struct transfer *t, struct url_login *l)
{
	struct http_writer w = http_writer(l->octets, sizeof l->octets);
	struct http_span user, password;

	split_credentials(t->url.at.userinfo, &user, &password);
	l->has_password = user.len < t->url.at.userinfo.len;
	http_percent_decode(&w, user);
	l->user = (struct http_span){l->octets, w.len};
	http_percent_decode(&w, password);
	l->password = (struct http_span){l->octets + l->user.len, w.len - l->user.len};
	return w.err == 0;
}

/*
 * Those of the netrc file for the host, and for the user if the URL names one. The default of the
 * file is for the first server.
 */
static const struct netrc_entry *
find_netrc(const struct transfer *t, const struct url_login *l)
{
	const struct netrc *n = t->get->set->netrc;
	const struct netrc_entry *e = n && !l->has_password
					  ? netrc_find(n, t->url.at.host.at, t->url.at.host.len,
						l->user.len > 0 ? l->user.at : NULL, l->user.len)
					  : NULL;

	return e && (e->host || transfer_trusts(t)) ? e : NULL;
}

static void
add_credentials(struct transfer_fields *f)
{
	const struct transfer *t = f->transfer;
	const char *ours = t->get->set->credentials;
	const struct netrc_entry *e;
	struct url_login login = {.has_password = false};
	struct http_span user, password;

	if (ours && transfer_trusts(t)) {
		split_credentials(http_span_of(ours), &user, &password);
		add_basic(f, "Authorization", user, password);
		return;
	}
	if (t->url.at.has_userinfo && !read_login(t, &login)) {
		f->w.err = -LEAT_ENOBUFS;
		return;
	}
	e = ours ? NULL : find_netrc(t, &login);
	if (e)
		add_basic(f, "Authorization", http_span_of(e->login), http_span_of(e->password));
	else if (t->url.at.has_userinfo)
		add_basic(f, "Authorization", login.user, login.password);
}

static void
add_condition(struct transfer_fields *f)
{
	const struct get_condition *c = &f->transfer->get->set->condition;
	char date[HTTP_DATE_LEN];

	if (!c->field)
		return;
	http_date_write(c->when, date);
	transfer_field(f, c->field, (struct http_span){date, sizeof date});
}

static void
add_proxy_credentials(struct transfer_fields *f)
{
	const struct get_proxy *proxy = f->transfer->get->set->proxy;
	struct http_span user, password;

	if (!reach_by_proxy(f->transfer))
		return;
	if (*proxy->credentials) {
		split_credentials(http_span_of(proxy->credentials), &user, &password);
		add_basic(f, "Proxy-Authorization", user, password);
	}
	add_text(f, "Proxy-Connection", "Keep-Alive");
}

static void
add_range(struct transfer_fields *f)
{
	const struct transfer *t = f->transfer;
	size_t from = f->w.len;

	if ((!t->ask.range && t->ask.resume_from == 0) || users_field(t, "range") ||
	    t->ask.method > TRANSFER_HEAD)
		return;
	http_put_text(&f->w, "bytes=");
	if (t->ask.range) {
		http_put_text(&f->w, t->ask.range);
	} else {
		http_put_number(&f->w, t->ask.resume_from, 10);
		http_put_text(&f->w, "-");
	}
	add_written(f, "Range", from);
}

static void
add_referer(struct transfer_fields *f)
{
	struct transfer *t = f->transfer;

	if (t->from)
		add_text(f, "Referer", t->from);
	else if (!t->ask.own || transfer_trusts(t))
		add_text(f, "Referer", t->get->set->referer);
}

static void
add_all(struct transfer_fields *f)
{
	struct transfer *t = f->transfer;
	const struct get_settings *set = t->get->set;

	add_proxy_credentials(f);
	add_credentials(f);
	add_range(f);
	if (!t->ask.own)
		add_condition(f);
	add_text(f, "User-Agent", set->user_agent);
	add_text(f, "Accept", "*/*");
	if (!t->ask.own)
		add_text(f, "Accept-Encoding", set->codings);
	add_referer(f);
	if (t->ops->fields)
		t->ops->fields(t, f);
	transfer_add_users(f);
	if (t->ask.body)
		add_text(f, "Content-Type", t->ask.body->type);
}

static const char *
method_of(const struct transfer *t)
{
	static const char *const name[] = {"GET", "HEAD", "POST", "PUT"};

	return t->get->set->method ? t->get->set->method : name[t->ask.method];
}

/* The Host field: the user's, or that of the URL. */
static struct http_span
put_host(struct transfer_fields *f)
{
	const struct get_field *users = users_field(f->transfer, "host");
	size_t from = f->w.len;

	if (users && transfer_trusts(f->transfer))
		return users->field.value;
	get_url_put_host(&f->w, &f->transfer->url);
	return (struct http_span){f->w.at + from, f->w.len - from};
}

static struct http_span
put_target(struct transfer_fields *f)
{
	size_t from = f->w.len;

	get_url_put_target(&f->w, &f->transfer->url, reach_by_proxy(f->transfer));
	return (struct http_span){f->w.at + from, f->w.len - from};
}

/* Expect: from the user, or because the content is large (RFC 9110, 10.1.1). */
static bool
expects(const struct transfer *t, const struct http_content *c)
{
	const struct get_field *users = users_field(t, "expect");

	if (users)
		return users->use == GET_FIELD_SEND && http_list_has(users->field.value, "100-continue");
	return c->length >= EXPECT_FROM;
}

static bool
wants_close(const struct transfer *t)
{
	const struct get_field *users = users_field(t, "connection");

	return t->get->set->one_shot ||
	       (users && users->use == GET_FIELD_SEND && http_list_has(users->field.value, "close"));
}

/* A user who wants chunks gets them, if the content can be produced piece by piece. */
static void
choose_chunks(const struct transfer *t, struct http_content *c)
{
	const struct get_field *users = users_field(t, "transfer-encoding");

	if (users && users->use == GET_FIELD_SEND && http_list_has(users->field.value, "chunked") &&
	    c->source == HTTP_FROM_PRODUCER)
		c->length = HTTP_LENGTH_UNKNOWN;
}

static enum get_code
begin_content(struct transfer *t, struct http_call *call)
{
	int e;

	if (!t->ask.body)
		return GET_OK;
	e = t->ask.body->ops->begin(t->ask.body, &call->content);
	if (e == -LEAT_EOPNOTSUPP)
		return get_fail(
		    &t->result, GET_REWIND, "what was read from standard input cannot be sent once more");
	if (e < 0)
		return get_fail(&t->result, GET_READ, "cannot read what is to be sent: %s", err_text(e));
	choose_chunks(t, &call->content);
	t->info.to_send = call->content.length;
	call->expect_continue = expects(t, &call->content);
	return GET_OK;
}

static enum get_code
send_failed(struct transfer *t, int e)
{
	if (e == -LEAT_ENOBUFS)
		return get_fail(&t->result, GET_BAD_ARGUMENT, "the head of the request is too large");
	if (e == -LEAT_EINVAL)
		return get_fail(&t->result, GET_BAD_ARGUMENT,
		    "the request has octets that HTTP does not allow in its method, its target or its "
		    "fields");
	return get_fail(&t->result, GET_SEND, "cannot send the request: %s", err_text(e));
}

enum get_code
request_send(struct transfer *t)
{
	struct transfer_fields *f = t->get->scratch;
	struct http_call call = {.content = http_nothing()};
	enum get_code code;
	int e;

	f->transfer = t;
	f->n = 0;
	f->w = http_writer(f->text, sizeof f->text);
	code = begin_content(t, &call);
	if (code)
		return code;
	call.method = http_span_of(method_of(t));
	call.target = put_target(f);
	call.host = put_host(f);
	call.last = wants_close(t);
	add_all(f);
	if (f->w.err)
		return send_failed(t, f->w.err);
	call.field = f->field;
	call.fields = f->n;
	e = get_conn_send(t->conn, &call);
	return e < 0 ? send_failed(t, e) : GET_OK;
}

enum get_code
transfer_preview(struct get *g, const struct transfer_request *ask, const struct transfer_ops *ops, void *arg,
    struct get_url *url, const struct http_field **field, uint32_t *fields)
{
	struct transfer t = {.ops = ops, .arg = arg, .get = g, .ask = *ask};
	struct transfer_fields *f = g->scratch;

	if (get_url_read(&t.url, ask->url, &t.result))
		return t.result.code;
	f->transfer = &t;
	f->n = 0;
	f->w = http_writer(f->text, sizeof f->text);
	add_all(f);
	*url = t.url;
	*field = f->field;
	*fields = f->n;
	return GET_OK;
}
