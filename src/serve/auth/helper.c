/*
 * serve/auth/helper.c - the server's side: one question at a time, and its answer.
 *
 * An answer has the number of its question. So one that comes twice, since two helpers had the
 * question, is not taken for that of another.
 */
#include "serve/auth/helper.h"

#include "base/list.h"
#include "host/loop.h"
#include "serve/auth/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct auth_helper {
	struct loop *loop;
	struct loop_fd socket; /* fd -1: no process has the other end any more */
	struct helper_question question;
	bool again;          /* two helpers were asked it */
	auth_verdict_fn *fn; /* NULL: nothing was asked */
	void *arg;
};

static void
let_go(struct auth_helper *h)
{
	if (h->socket.fd < 0)
		return;
	loop_del(h->loop, &h->socket);
	close(h->socket.fd);
	h->socket.fd = -1;
}

static bool
send_question(const struct auth_helper *h)
{
	return send(h->socket.fd, &h->question, sizeof h->question, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	       sizeof h->question;
}

static void
forget_question(struct auth_helper *h)
{
	explicit_bzero(h->question.password, sizeof h->question.password);
	h->fn = NULL;
}

/* The next question may be asked from within. */
static void
answer(struct auth_helper *h, enum auth_verdict verdict)
{
	auth_verdict_fn *fn = h->fn;

	if (!fn)
		return;
	forget_question(h);
	fn(h->arg, verdict);
}

/* A question whose helpers die one after the other may be the reason for it. */
static void
ask_successor(struct auth_helper *h)
{
	bool again = h->again;

	if (!h->fn)
		return;
	h->again = true;
	if (again || !send_question(h))
		answer(h, AUTH_NO_VERDICT);
}

static void
on_socket(struct loop_fd *w, uint32_t events)
{
	struct auth_helper *h = container_of(w, struct auth_helper, socket);
	struct helper_answer a;

	if (recv(w->fd, &a, sizeof a, MSG_DONTWAIT) != sizeof a) {
		let_go(h);
		answer(h, AUTH_NO_VERDICT);
	} else if (a.number == 0) {
		ask_successor(h);
	} else if (a.number == h->question.number) {
		answer(h, (enum auth_verdict)a.verdict);
	}
}

struct auth_helper *
auth_helper_new(struct loop *loop, int fd)
{
	struct auth_helper *h = calloc(1, sizeof *h);

	if (h) {
		h->loop = loop;
		h->socket = (struct loop_fd){.fd = fd, .events = EPOLLIN, .fn = on_socket};
		if (loop_add(loop, &h->socket) == 0)
			return h;
	}
	free(h);
	close(fd);
	return NULL;
}

void
auth_helper_free(struct auth_helper *h)
{
	if (!h)
		return;
	let_go(h);
	forget_question(h);
	free(h);
}

bool
auth_helper_ask(struct auth_helper *h, const char *password, const char *hash, auth_verdict_fn *fn, void *arg)
{
	if (h->socket.fd < 0)
		return false;
	h->question.number++;
	snprintf(h->question.password, sizeof h->question.password, "%s", password);
	snprintf(h->question.hash, sizeof h->question.hash, "%s", hash);
	h->again = false;
	h->fn = fn;
	h->arg = arg;
	if (send_question(h))
		return true;
	forget_question(h);
	return false;
}
