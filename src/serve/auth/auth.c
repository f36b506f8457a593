/*
 * serve/auth/auth.c - questions that wait for the helper. It gets one at a time; requests that ask
 * the same wait for the same answer.
 */
#include "serve/auth/auth.h"

#include "serve/auth/check.h"
#include "serve/auth/clients.h"
#include "serve/auth/known.h"

#include <stdio.h>
#include <stdlib.h>

struct auth_question {
	struct list node; /* of auth.questions; the first is the one that was asked */
	struct list waiting;
	struct auth_digest digest;
	struct ipaddr client; /* whose try it is */
	nsec_t now;           /* when it was asked */
	bool exists;          /* there is such a user */
	char password[AUTH_PASSWORD_MOST + 1], hash[AUTH_HASH_MOST + 1];
};

struct auth {
	const struct auth_users *users;
	struct auth_helper *helper;
	struct auth_known known;
	struct auth_clients clients;
	struct list questions;
	unsigned questions_n;
	bool asked;
};

struct auth *
auth_new(const struct auth_users *users, struct auth_helper *helper, const struct siphash_key key[2])
{
	struct auth *a = calloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->users = users;
	a->helper = helper;
	list_init(&a->questions);
	if (known_init(&a->known, key) < 0)
		goto no_known;
	if (clients_init(&a->clients, &key[0]) < 0)
		goto no_clients;
	return a;
no_clients:
	known_fini(&a->known);
no_known:
	free(a);
	return NULL;
}

static void
question_end(struct auth *a, struct auth_question *q)
{
	list_del(&q->node);
	a->questions_n--;
	explicit_bzero(q->password, sizeof q->password);
	free(q);
}

void
auth_free(struct auth *a)
{
	if (!a)
		return;
	while (!list_empty(&a->questions))
		question_end(a, list_first(&a->questions, struct auth_question, node));
	clients_fini(&a->clients);
	known_fini(&a->known);
	free(a);
}

static enum auth_result
settle(struct auth *a, const struct auth_question *q, enum auth_verdict verdict)
{
	bool is_user = verdict == AUTH_RIGHT && q->exists;

	if (is_user)
		known_add(&a->known, &q->digest, q->now);
	if (is_user || verdict == AUTH_NO_VERDICT)
		clients_right(&a->clients, &q->client);
	if (verdict == AUTH_NO_VERDICT)
		return AUTH_BUSY;
	return is_user ? AUTH_IS_USER : AUTH_IS_NOT;
}

/* Those who wait may leave, and ask again, from within. */
static void
answer(struct auth *a, struct auth_question *q, enum auth_verdict verdict)
{
	enum auth_result r = settle(a, q, verdict);
	struct list waiting;

	list_init(&waiting);
	list_move(&waiting, &q->waiting);
	question_end(a, q);
	while (!list_empty(&waiting)) {
		struct auth_wait *w = list_first(&waiting, struct auth_wait, node);

		list_del(&w->node);
		w->fn(w, r);
	}
}

static void ask_next(struct auth *a);

static void
on_verdict(void *arg, enum auth_verdict verdict)
{
	struct auth *a = arg;

	a->asked = false;
	answer(a, list_first(&a->questions, struct auth_question, node), verdict);
	ask_next(a);
}

/* A question for which no one waits any more is not asked. */
static void
ask_next(struct auth *a)
{
	while (!a->asked && !list_empty(&a->questions)) {
		struct auth_question *q = list_first(&a->questions, struct auth_question, node);

		if (list_empty(&q->waiting))
			question_end(a, q);
		else if (auth_helper_ask(a->helper, q->password, q->hash, on_verdict, a))
			a->asked = true;
		else
			answer(a, q, AUTH_NO_VERDICT);
	}
}

static struct auth_question *
find(const struct auth *a, const struct auth_digest *d)
{
	list_each(n, &a->questions) {
		struct auth_question *q = container_of(n, struct auth_question, node);

		if (known_same(&q->digest, d))
			return q;
	}
	return NULL;
}

static struct auth_question *
question_new(struct auth *a, struct http_span name, struct http_span password)
{
	struct auth_question *q = calloc(1, sizeof *q);

	if (!q)
		return NULL;
	list_init(&q->node);
	list_init(&q->waiting);
	memcpy(q->password, password.at, password.len);
	snprintf(q->hash, sizeof q->hash, "%s", auth_users_hash(a->users, name, &q->exists));
	list_push(&a->questions, &q->node);
	a->questions_n++;
	return q;
}

static enum auth_result
check_here(struct auth *a, struct auth_question *q)
{
	enum auth_result r = settle(a, q, auth_check(q->password, q->hash) ? AUTH_RIGHT : AUTH_WRONG);

	question_end(a, q);
	return r;
}

/* Puts a new question. */
static enum auth_result
put(struct auth *a, const struct auth_digest *d, const struct ipaddr *client, struct http_span name,
    struct http_span password, nsec_t now, struct auth_wait *w)
{
	struct auth_question *q = NULL;

	if (!clients_try(&a->clients, client, now))
		return AUTH_TOO_MANY;
	if (a->questions_n < AUTH_QUESTIONS_MOST)
		q = question_new(a, name, password);
	if (!q) {
		clients_right(&a->clients, client);
		return AUTH_BUSY;
	}
	q->digest = *d;
	q->client = *client;
	q->now = now;
	if (!a->helper)
		return check_here(a, q);
	list_push(&q->waiting, &w->node);
	ask_next(a);
	return AUTH_WAITS;
}

enum auth_result
auth_ask(struct auth *a, const struct ipaddr *client, struct http_span name, struct http_span password,
    nsec_t now, struct auth_wait *w)
{
	struct auth_digest d;
	struct auth_question *q;

	list_init(&w->node);
	if (name.len > AUTH_NAME_MOST || password.len > AUTH_PASSWORD_MOST)
		return AUTH_IS_NOT;
	d = known_digest(&a->known, name, password);
	if (known_has(&a->known, &d, now))
		return AUTH_IS_USER;
	q = find(a, &d);
	if (!q)
		return put(a, &d, client, name, password, now, w);
	list_push(&q->waiting, &w->node);
	return AUTH_WAITS;
}

void
auth_leave(struct auth_wait *w)
{
	list_del(&w->node);
}
