/*
 * get/transfer/reach.c - the way to a server: a connection that is kept, or the proxy, the
 * addresses and an attempt to connect.
 */
#include "get/transfer/goal.h"
#include "get/transfer/impl.h"

#include "base/err.h"

#include <stdio.h>
#include <strings.h>

static void
say_connected(struct transfer *t, const struct endpoint *at)
{
	char text[IPADDR_TEXT];
	struct goal goal;

	goal_find(t, &goal);
	if (at)
		transfer_say(t, TRANSFER_NOTE, "Connected to %s (%s) port %u (#%u)", goal.host,
		    ipaddr_text(&at->addr, text), at->port, t->get->conns);
	else
		transfer_say(t, TRANSFER_NOTE, "Connected to %s (%s) (#%u)", goal.host,
		    t->get->set->open_name, t->get->conns);
}

void
reach_take(struct transfer *t, struct io_stream *s)
{
	struct goal goal;
	char key[KEY_MOST];

	t->connecting = false;
	timer_cancel(t->get->world->wheel, &t->connect);
	goal_find(t, &goal);
	goal_key(t, &goal, key);
	t->conn = get_conn_new(t, s, key);
	if (!t->conn) {
		io_close(s, true);
		transfer_fail(t, GET_MEMORY, NULL);
		return;
	}
	t->info.connects++;
	t->info.connected = io_now(t->get->world) - t->info.began;
	s->ops->local(s, &t->info.local);
	transfer_reached(t, false);
}

static void
connect_failed(struct transfer *t, int error)
{
	struct goal goal;

	t->connecting = false;
	goal_find(t, &goal);
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
	struct transfer *t = arg;

	if (!s) {
		connect_failed(t, error);
		return;
	}
	say_connected(t, at);
	t->info.remote = *at;
	if (goal_by_socks(t))
		reach_socks(t, s);
	else
		reach_take(t, s);
}

static void resolve(struct transfer *t, const struct goal *goal);

/* The server has the address @at; now the proxy is connected to. */
static void
server_named(struct transfer *t, const struct endpoint *at)
{
	struct goal goal;

	goal_server(t, &goal);
	t->naming = false;
	t->socks.at = *at;
	t->socks.at.port = goal.port;
	goal_find(t, &goal);
	resolve(t, &goal);
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
	if (t->naming && most > 0) {
		server_named(t, &to[0]);
		return;
	}
	t->info.named = io_now(t->get->world) - t->info.began;
	dial_begin(&t->dial, to, most, &ops, t);
}

static void
name_failed(struct transfer *t, const char *host, const char *words)
{
	bool proxy = goal_has_proxy(t) && !t->naming;

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
	goal_named(t, &goal);
	if (n > 0)
		dial_to(t, at, n, goal.port);
	else
		name_failed(t, goal.host, words);
}

/* RFC 6761, 6.3: names of this machine need no question. */
static bool
is_localhost(const char *host)
{
	return goal_is_within("localhost", strlen("localhost"), http_span_of(host));
}

static void
resolve(struct transfer *t, const struct goal *goal)
{
	const struct endpoint loopback[] = {{.addr = IPADDR_LOOPBACK6}, {.addr = IPADDR_LOOPBACK4}};
	const struct get_route *r = goal_route(t, goal, true);
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
		say_connected(t, NULL);
		reach_take(t, s);
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

/* A SOCKS proxy gets the server's name, or an address that is resolved first. */
static void
begin_socks(struct transfer *t, const struct goal *proxy)
{
	bool by_name = t->get->set->proxy->kind == GET_PROXY_SOCKS5H;
	struct goal server;

	goal_server(t, &server);
	t->socks = (struct socks_client){.at.port = server.port};
	if (ipaddr_parse(server.host, &t->socks.at.addr) == 0) {
		resolve(t, proxy);
	} else if (by_name) {
		snprintf(t->socks.host, sizeof t->socks.host, "%s", server.host);
		resolve(t, proxy);
	} else {
		t->naming = true;
		resolve(t, &server);
	}
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

	if (!goal_find(t, &goal)) {
		transfer_fail(t, GET_URL, "the name of the host is longer than any name of a host");
		return;
	}
	goal_key(t, &goal, key);
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
	else if (goal_by_socks(t))
		begin_socks(t, &goal);
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
	t->connecting = t->naming = false;
}
