/*
 * get/transfer/reach.c - the way to a server: a connection that is kept, or the proxy, the
 * addresses and an attempt to connect.
 */
#include "get/transfer/impl.h"

#include "base/err.h"

#include <stdio.h>
#include <strings.h>

enum { HOST_TEXT = 256, KEY_MOST = 2 * HOST_TEXT + 64 };

/* Where to connect, after the user's exceptions. */
struct goal {
	char host[HOST_TEXT];
	uint16_t port;
};

static bool
is_host(const char *pattern, struct http_span host)
{
	return *pattern == '\0' || !strcmp(pattern, "*") || http_span_is(host, pattern);
}

/* True if the @n octets at @suffix are @host, or the end of it after a dot. */
static bool
is_within(const char *suffix, size_t n, struct http_span host)
{
	if (n > 0 && *suffix == '.') {
		suffix++;
		n--;
	}
	if (n == 0 || n > host.len || strncasecmp(host.at + host.len - n, suffix, n) != 0)
		return false;
	return n == host.len || host.at[host.len - n - 1] == '.';
}

static bool
is_listed(const char *list, struct http_span host)
{
	while (*list) {
		size_t n = strcspn(list, ", ");

		if ((n == 1 && *list == '*') || is_within(list, n, host))
			return true;
		list += n;
		list += strspn(list, ", ");
	}
	return false;
}

bool
reach_by_proxy(const struct transfer *t)
{
	const struct get_settings *set = t->get->set;

	return set->proxy && !set->open && !(set->no_proxy && is_listed(set->no_proxy, t->url.at.host));
}

/* The user's exception for @goal: of those with addresses if @resolve, else of the others. */
static const struct get_route *
find_route(const struct transfer *t, const struct goal *goal, bool resolve)
{
	const struct get_settings *set = t->get->set;

	for (unsigned i = 0; i < set->routes; i++) {
		const struct get_route *r = &set->route[i];

		if ((r->n > 0) == resolve && is_host(r->host, http_span_of(goal->host)) &&
		    (r->port == 0 || r->port == goal->port))
			return r;
	}
	return NULL;
}

/* Returns false if the name is longer than any host's. */
static bool
find_goal(const struct transfer *t, struct goal *goal)
{
	const struct get_route *r;

	*goal = (struct goal){.port = 0};
	if (reach_by_proxy(t)) {
		snprintf(goal->host, sizeof goal->host, "%s", t->get->set->proxy->host);
		goal->port = t->get->set->proxy->port;
		return true;
	}
	if (t->url.at.host.len >= sizeof goal->host)
		return false;
	snprintf(goal->host, sizeof goal->host, "%.*s", (int)t->url.at.host.len, t->url.at.host.at);
	goal->port = t->url.port;
	r = find_route(t, goal, false);
	if (r && *r->to_host)
		snprintf(goal->host, sizeof goal->host, "%s", r->to_host);
	if (r && r->to_port)
		goal->port = r->to_port;
	return true;
}

/* Requests with equal keys may go on one connection. */
static void
make_key(const struct transfer *t, const struct goal *goal, char key[static KEY_MOST])
{
	if (reach_by_proxy(t) || t->get->set->open)
		snprintf(key, KEY_MOST, "%s", goal->host);
	else
		snprintf(key, KEY_MOST, "%.*s:%u %s:%u", (int)t->url.at.host.len, t->url.at.host.at,
		    t->url.port, goal->host, goal->port);
}

static void
say_connected(struct transfer *t, const struct endpoint *at, const struct goal *goal)
{
	char text[IPADDR_TEXT];

	if (at)
		transfer_say(t, TRANSFER_NOTE, "Connected to %s (%s) port %u (#%u)", goal->host,
		    ipaddr_text(&at->addr, text), at->port, t->get->conns);
	else
		transfer_say(t, TRANSFER_NOTE, "Connected to %s (%s) (#%u)", goal->host,
		    t->get->set->open_name, t->get->conns);
}

static void
take_stream(struct transfer *t, struct io_stream *s, const struct endpoint *at)
{
	struct goal goal;
	char key[KEY_MOST];

	t->connecting = false;
	timer_cancel(t->get->world->wheel, &t->connect);
	find_goal(t, &goal);
	say_connected(t, at, &goal);
	make_key(t, &goal, key);
	t->conn = get_conn_new(t, s, key);
	if (!t->conn) {
		io_close(s, true);
		transfer_fail(t, GET_MEMORY, NULL);
		return;
	}
	t->info.connects++;
	t->info.connected = io_now(t->get->world) - t->info.began;
	if (at)
		t->info.remote = *at;
	s->ops->local(s, &t->info.local);
	transfer_reached(t, false);
}

static void
connect_failed(struct transfer *t, int error)
{
	struct goal goal;

	t->connecting = false;
	find_goal(t, &goal);
	if (t->get->set->open)
		transfer_fail(
		    t, GET_CONNECT, "Failed to connect to %s: %s", t->get->set->open_name, err_text(error));
	else
		transfer_fail(t, GET_CONNECT, "Failed to connect to %s port %u after %lld ms: %s", goal.host,
		    goal.port, (long long)((io_now(t->get->world) - t->info.began) / MSEC), err_text(error));
}

static void
on_trying(void *arg, const struct endpoint *at)
{
	char text[ENDPOINT_TEXT];

	transfer_say(arg, TRANSFER_NOTE, "  Trying %s...", endpoint_text(at, text));
}

static void
on_attempt_failed(void *arg, const struct endpoint *at, int error)
{
	char text[IPADDR_TEXT];

	transfer_say(arg, TRANSFER_NOTE, "connect to %s port %u failed: %s", ipaddr_text(&at->addr, text),
	    at->port, err_text(error));
}

static void
on_dialed(void *arg, struct io_stream *s, const struct endpoint *at, int error)
{
	if (s)
		take_stream(arg, s, at);
	else
		connect_failed(arg, error);
}

/* Connects to those of the addresses whose family is wanted. */
static void
dial_to(struct transfer *t, const struct endpoint *at, unsigned n, uint16_t port)
{
	static const struct dial_ops ops = {on_trying, on_attempt_failed, on_dialed};
	enum get_family family = t->get->set->family;
	struct endpoint to[DIAL_MOST];
	unsigned most = 0;

	for (unsigned i = 0; i < n && most < DIAL_MOST; i++) {
		if (family != GET_ANY_FAMILY && ipaddr_is4(&at[i].addr) != (family == GET_IPV4))
			continue;
		to[most] = at[i];
		to[most++].port = port;
	}
	t->info.named = io_now(t->get->world) - t->info.began;
	dial_begin(&t->dial, to, most, &ops, t);
}

static void
name_failed(struct transfer *t, const char *host, const char *words)
{
	bool proxy = reach_by_proxy(t);

	t->connecting = false;
	transfer_fail(t, proxy ? GET_PROXY_NAME : GET_NAME, "Could not resolve %s: %s%s%s",
	    proxy ? "proxy" : "host", host, words ? ": " : "", words ? words : "");
}

static void
on_name(void *arg, const struct endpoint *at, unsigned n, const char *words)
{
	struct transfer *t = arg;
	struct goal goal;

	t->query = NULL;
	find_goal(t, &goal);
	if (n > 0)
		dial_to(t, at, n, goal.port);
	else
		name_failed(t, goal.host, words);
}

/* RFC 6761, 6.3: names of this machine need no question. */
static bool
is_localhost(const char *host)
{
	return is_within("localhost", strlen("localhost"), http_span_of(host));
}

static void
resolve(struct transfer *t, const struct goal *goal)
{
	const struct endpoint loopback[] = {{.addr = IPADDR_LOOPBACK6}, {.addr = IPADDR_LOOPBACK4}};
	const struct get_route *r = find_route(t, goal, true);
	struct endpoint at = {.port = 0};

	if (r) {
		dial_to(t, r->at, r->n, goal->port);
	} else if (ipaddr_parse(goal->host, &at.addr) == 0) {
		dial_to(t, &at, 1, goal->port);
	} else if (is_localhost(goal->host)) {
		dial_to(t, loopback, 2, goal->port);
	} else if (!t->get->names) {
		name_failed(t, goal->host, "names are not resolved here");
	} else {
		t->query = t->get->names->ask(t->get->names, goal->host, on_name, t);
		if (!t->query)
			transfer_fail(t, GET_MEMORY, NULL);
	}
}

static void
on_opened(struct io_stream *s, unsigned events, void *arg)
{
	struct transfer *t = arg;
	int error = io_error(s);

	t->opening = NULL;
	if (events & IO_CONNECTED) {
		take_stream(t, s, NULL);
	} else {
		io_close(s, true);
		connect_failed(t, error);
	}
}

static void
open_stream(struct transfer *t)
{
	const struct get_settings *set = t->get->set;
	int e = set->open(set, t->get->world, on_opened, t, &t->opening);

	if (e < 0)
		connect_failed(t, e);
}

static void
on_late(struct timer *timer)
{
	struct transfer *t = container_of(timer, struct transfer, connect);

	transfer_fail(t, GET_TIMEOUT, "Connection timed out after %lld milliseconds",
	    (long long)((io_now(t->get->world) - t->info.began) / MSEC));
}

void
reach_begin(struct transfer *t)
{
	nsec_t most = t->get->set->connect_time;
	struct goal goal;
	char key[KEY_MOST];

	if (!find_goal(t, &goal)) {
		transfer_fail(t, GET_URL, "the name of the host is longer than any name of a host");
		return;
	}
	make_key(t, &goal, key);
	t->conn = t->again ? NULL : get_conn_take(t, key);
	t->again = false;
	if (t->conn) {
		transfer_say(t, TRANSFER_NOTE, "Re-using existing connection #%u with host %s",
		    t->conn->number, goal.host);
		transfer_reached(t, true);
		return;
	}
	t->connecting = true;
	timer_init(&t->connect, on_late);
	if (most > 0)
		timer_arm(t->get->world->wheel, &t->connect, nsec_add(io_now(t->get->world), most));
	if (t->get->set->open)
		open_stream(t);
	else
		resolve(t, &goal);
}

void
reach_cancel(struct transfer *t)
{
	timer_cancel(t->get->world->wheel, &t->connect);
	if (t->query)
		t->get->names->cancel(t->get->names, t->query);
	t->query = NULL;
	if (t->opening)
		io_close(t->opening, true);
	t->opening = NULL;
	dial_cancel(&t->dial);
	t->connecting = false;
}
