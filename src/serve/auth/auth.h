/*
 * serve/auth/auth.h - who a client is: names and passwords are checked by a helper process, what
 * was right is known for a while, and a client that is wrong too often has to wait.
 *
 * It knows neither requests nor connections. All that strangers can make it keep is bounded.
 */
#ifndef SERVE_AUTH_AUTH_H
#define SERVE_AUTH_AUTH_H

#include "base/ipaddr.h"
#include "base/list.h"
#include "base/siphash.h"
#include "serve/auth/helper.h"

struct auth;

enum {
	AUTH_QUESTIONS_MOST = 64, /* that wait for the helper */
	AUTH_WRONG_MOST = 10,     /* wrong passwords of one client at once; then one each AUTH_WRONG_PAUSE */
	AUTH_KNOWN_MOST = 1024,   /* right credentials that are known */
	AUTH_CLIENTS_MOST = 1024  /* clients that were wrong */
};
#define AUTH_WRONG_PAUSE (6 * SEC)
#define AUTH_KNOWN_TIME  (300 * SEC)

enum auth_result {
	AUTH_IS_USER,
	AUTH_IS_NOT,
	AUTH_TOO_MANY, /* wrong ones of this client; no password is checked */
	AUTH_BUSY,     /* too many questions, or no helper */
	AUTH_WAITS     /* the answer comes later */
};

/* A request that waits for an answer. The owner embeds it. */
struct auth_wait {
	struct list node;
	/* Called once, unless auth_leave() was. */
	void (*fn)(struct auth_wait *w, enum auth_result r);
};

/*
 * @users and @helper are borrowed, and @users has one at least. Without a helper, as in virtual
 * time, passwords are checked at once. NULL without memory.
 */
struct auth *auth_new(
    const struct auth_users *users, struct auth_helper *helper, const struct siphash_key key[2]);
/* No one may wait any more. NULL: does nothing. */
void auth_free(struct auth *a);

/*
 * Asks who @client is at the time @now. With AUTH_WAITS, @w->fn is
 * called unless auth_leave() is; perhaps before this returns.
 */
enum auth_result auth_ask(struct auth *a, const struct ipaddr *client, struct http_span name,
    struct http_span password, nsec_t now, struct auth_wait *w);

/* The request does not wait any more. Does nothing if it did not. */
void auth_leave(struct auth_wait *w);

#endif
