/*
 * get/transfer/goal.c - finds what a request connects to: the server, another one that the user has
 * named for it, or a proxy.
 */
#include "get/transfer/goal.h"

#include "get/transfer/impl.h"

#include <stdio.h>
#include <strings.h>

static bool
is_host(const char *pattern, struct http_span host)
{
	return *pattern == '\0' || !strcmp(pattern, "*") || http_span_is(host, pattern);
}

/* True if the @n octets at @suffix are @host, or the end of it after a dot. */
bool
goal_is_within(const char *suffix, size_t n, struct http_span host)
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

		if ((n == 1 && *list == '*') || goal_is_within(list, n, host))
			return true;
		list += n;
		list += strspn(list, ", ");
	}
	return false;
}

/* True if a proxy is between. */
bool
goal_has_proxy(const struct transfer *t)
{
	const struct get_settings *set = t->get->set;

	return set->proxy && !set->open && !(set->no_proxy && is_listed(set->no_proxy, t->url.at.host));
}

bool
reach_by_proxy(const struct transfer *t)
{
	return goal_has_proxy(t) && t->get->set->proxy->kind == GET_PROXY_HTTP;
}

bool
goal_by_socks(const struct transfer *t)
{
	return goal_has_proxy(t) && t->get->set->proxy->kind != GET_PROXY_HTTP;
}

/* The user's exception for @goal: of those with addresses if @resolve, else of the others. */
const struct get_route *
goal_route(const struct transfer *t, const struct goal *goal, bool resolve)
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

/* The server, after the user's exceptions. Returns false if the name is longer than any host's. */
bool
goal_server(const struct transfer *t, struct goal *goal)
{
	const struct get_route *r;

	*goal = (struct goal){.port = t->url.port};
	if (t->url.at.host.len >= sizeof goal->host)
		return false;
	snprintf(goal->host, sizeof goal->host, "%.*s", (int)t->url.at.host.len, t->url.at.host.at);
	r = goal_route(t, goal, false);
	if (r && *r->to_host)
		snprintf(goal->host, sizeof goal->host, "%s", r->to_host);
	if (r && r->to_port)
		goal->port = r->to_port;
	return true;
}

/* What is connected to. Returns as goal_server(). */
bool
goal_find(const struct transfer *t, struct goal *goal)
{
	if (!goal_has_proxy(t))
		return goal_server(t, goal);
	*goal = (struct goal){.port = t->get->set->proxy->port};
	snprintf(goal->host, sizeof goal->host, "%s", t->get->set->proxy->host);
	return !goal_by_socks(t) || t->url.at.host.len < sizeof goal->host;
}

/* What is resolved: what is connected to, or the server for a proxy that wants an address. */
void
goal_named(const struct transfer *t, struct goal *goal)
{
	if (t->naming)
		goal_server(t, goal);
	else
		goal_find(t, goal);
}

/* Requests with equal keys may go on one connection. */
void
goal_key(const struct transfer *t, const struct goal *goal, char key[static KEY_MOST])
{
	struct goal server;

	if (goal_by_socks(t) && goal_server(t, &server))
		snprintf(key, KEY_MOST, "socks %s:%u", server.host, server.port);
	else if (reach_by_proxy(t) || t->get->set->open)
		snprintf(key, KEY_MOST, "%s", goal->host);
	else
		snprintf(key, KEY_MOST, "%.*s:%u %s:%u", (int)t->url.at.host.len, t->url.at.host.at,
		    t->url.port, goal->host, goal->port);
}
