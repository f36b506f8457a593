/*
 * serve/address.c - answers with the address of a folder as a QR code, for a phone's camera.
 */
#include "serve/impl.h"

#include "base/err.h"
#include "http/uri/authority.h"
#include "http/uri/query.h"
#include "serve/qr/qr.h"

#include <stdlib.h>
#include <string.h>

/* A code that is being sent. */
struct body_memory {
	struct body body;
	struct http_span left;
	char octets[QR_SVG_MOST];
};

bool
address_is_asked(const struct http_request *r)
{
	struct http_span value;

	return qr_available() && r->has_query && http_query_find(r->query, "qr", &value);
}

/* "localhost", and all names below it (RFC 6761, 6.3). */
static bool
is_localhost(struct http_span name)
{
	static const char localhost[] = "localhost";
	size_t len = sizeof localhost - 1;

	if (name.len > 0 && name.at[name.len - 1] == '.')
		name.len--;
	if (name.len > len && name.at[name.len - len - 1] == '.')
		name = (struct http_span){name.at + name.len - len, len};
	return http_span_is(name, localhost);
}

/* True if a phone that opens this finds itself. */
static bool
is_loopback(struct http_span authority)
{
	struct http_authority a;

	if (!http_authority_parse(authority, &a))
		return true;
	return a.kind == HTTP_HOST_NAME ? is_localhost(a.host) : ipaddr_is_loopback(&a.addr);
}

static bool
has_own(const struct http_request *r)
{
	return r->authority.len > 0 && !is_loopback(r->authority);
}

/* A proxy says so; it has an address of its own, which only the browser knows. */
static bool
is_behind_proxy(const struct http_request *r)
{
	static const char *const names[] = {"forwarded", "x-forwarded-for", "x-forwarded-host", "via"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (http_field_find(r->field, r->fields, names[i]))
			return true;
	}
	return false;
}

bool
address_is_of_use(struct http_exchange *x)
{
	const char *others = conn_of(x)->serve->set->address;

	return qr_available() && (has_own(x->request) || is_behind_proxy(x->request) || (others && *others));
}

/*
 * True if @page is the page of this folder, perhaps below a path of a proxy, which the proxy has
 * taken off. A page of another folder may link to this one, and a page may say no path at all
 * (Referrer Policy, 3).
 */
static bool
is_of_folder(const struct http_uri *page, struct serve_work *work)
{
	struct http_span ours = work->task.path_text, end;
	struct http_path path;

	if (http_path_decode(page->path, work->scratch + QR_TEXT_MOST, QR_TEXT_MOST, &path) != HTTP_PATH_OK ||
	    !path.folder || path.text.len < ours.len)
		return false;
	end = (struct http_span){path.text.at + path.text.len - ours.len, ours.len};
	if (ours.len > 0 && memcmp(end.at, ours.at, ours.len) != 0)
		return false;
	return ours.len == 0 || end.at == path.text.at || end.at[-1] == '/';
}

/*
 * The address that the browser used, unless only this machine can use it. The page that has the
 * link says it with its scheme; who typed this address gets what the request says.
 */
static void
put_address(struct http_writer *w, struct http_exchange *x)
{
	const struct http_request *r = x->request;
	const char *others = conn_of(x)->serve->set->address;
	struct http_uri page;

	if (origin_page(r, &page) && !is_loopback(page.authority)) {
		page.has_query = page.has_fragment = false;
		if (!is_of_folder(&page, work_of(x)))
			page.path = r->path;
		http_uri_put(w, &page);
		return;
	}
	http_put_text(w, "http://");
	if (has_own(r) || !others || !*others)
		http_put_span(w, r->authority);
	else
		http_put_text(w, others);
	http_put_span(w, r->path);
}

static ssize_t
produce(struct body *b, char *at, size_t room)
{
	struct body_memory *m = container_of(b, struct body_memory, body);
	size_t n = m->left.len < room ? m->left.len : room;

	memcpy(at, m->left.at, n);
	m->left.at += n;
	m->left.len -= n;
	return (ssize_t)n;
}

static void
end(struct body *b)
{
	free(container_of(b, struct body_memory, body));
}

static int
draw(struct http_span text, struct body_memory *m)
{
	struct http_writer w = http_writer(m->octets, sizeof m->octets);
	struct qr_code code;
	int e = qr_make(text, &code);

	if (e < 0)
		return e;
	qr_put_svg(&w, &code, text);
	m->left = (struct http_span){w.at, w.len};
	return w.err;
}

/* Most of the room was not needed. */
static struct body_memory *
fit(struct body_memory *m)
{
	size_t len = m->left.len;
	struct body_memory *less = realloc(m, offsetof(struct body_memory, octets) + len);

	if (less)
		m = less;
	m->left = (struct http_span){m->octets, len};
	return m;
}

static void
send(struct http_exchange *x, struct body_memory *m)
{
	struct http_field field[2] = {
	    {http_span_of("Content-Type"), http_span_of("image/svg+xml")},
	    {http_span_of("Cache-Control"), http_span_of("no-cache")},
	};
	struct http_answer a = {.status = 200, .field = field, .fields = 2};

	work_of(x)->task.body = &m->body;
	a.content = http_produced(m->left.len);
	answer_send(x, &a);
}

void
address_answer(struct http_exchange *x)
{
	static const struct body_ops ops = {produce, end};
	struct serve_work *work = work_of(x);
	struct http_writer w = http_writer(work->scratch, QR_TEXT_MOST);
	struct body_memory *m = malloc(sizeof *m);
	int e = -LEAT_ENOMEM;

	put_address(&w, x);
	if (m) {
		m->body.ops = &ops;
		e = w.err ? w.err : draw((struct http_span){w.at, w.len}, m);
	}
	if (e == 0) {
		m = fit(m);
		send(x, m);
		return;
	}
	free(m);
	answer_refuse(x, e == -LEAT_ENOMEM ? REFUSED_BUSY : REFUSED_PATH_LONG, NULL);
}
