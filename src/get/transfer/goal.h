/*
 * get/transfer/goal.h - what a request connects to, after the user's exceptions. For this room
 * only.
 */
#ifndef GET_GOAL_H
#define GET_GOAL_H

#include "get/transfer/transfer.h"

enum { HOST_TEXT = 256, KEY_MOST = 2 * HOST_TEXT + 64 };

struct goal {
	char host[HOST_TEXT];
	uint16_t port;
};

/* True if the @n octets at @suffix are @host, or the end of it after a dot. */
bool goal_is_within(const char *suffix, size_t n, struct http_span host);

/* True if a proxy is between; and if it is one of SOCKS. */
bool goal_has_proxy(const struct transfer *t);
bool goal_by_socks(const struct transfer *t);

/* The user's exception for @goal: of those with addresses if @resolve, else of the others. */
const struct get_route *goal_route(const struct transfer *t, const struct goal *goal, bool resolve);

/* The server. Returns false if its name is longer than any host's. */
bool goal_server(const struct transfer *t, struct goal *goal);

/* What is connected to. Returns as goal_server(). */
bool goal_find(const struct transfer *t, struct goal *goal);

/* What is resolved: what is connected to, or the server for a proxy that wants an address. */
void goal_named(const struct transfer *t, struct goal *goal);

/* Requests with equal keys may go on one connection. */
void goal_key(const struct transfer *t, const struct goal *goal, char key[static KEY_MOST]);

#endif
