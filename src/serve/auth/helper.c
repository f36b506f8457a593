/*
 * serve/auth/helper.c - the helper, the processes that it makes, and a pair of sockets over which
 * questions and answers go as one message each.
 */
#include "serve/auth/helper.h"

#include "base/list.h"
#include "host/loop.h"
#include "serve/auth/check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct helper_question {
	char password[AUTH_PASSWORD_MOST + 1], hash[AUTH_HASH_MOST + 1];
};

struct auth_helper {
	struct loop *loop;
	struct loop_fd socket; /* fd -1: the process has died */
	pid_t pid;
	auth_verdict_fn *fn; /* of the question that was asked; NULL: none was */
	void *arg;
};

/* In a process of its own, which ends with the result. */
static _Noreturn void
check(const struct helper_question *q, pid_t helper)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(getppid() == helper && auth_check(q->password, q->hash) ? AUTH_RIGHT : AUTH_WRONG);
}

static char
verdict_of(const struct helper_question *q)
{
	pid_t helper = getpid(), pid = fork();
	int status;

	if (pid == 0)
		check(q, helper);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return AUTH_NO_VERDICT;
	return (char)WEXITSTATUS(status);
}

/*
 * The life of the helper. It has one descriptor, so it keeps no port and no connection of the
 * server. The signals of a terminal are for the server, which may have questions until its end.
 */
static _Noreturn void
serve_questions(int fd, pid_t server)
{
	struct helper_question q;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "leat-passwords");
	prctl(PR_SET_DUMPABLE, 0);
	if (getppid() != server || dup2(fd, 0) < 0)
		_exit(1);
	close_range(1, ~0U, 0);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	while (recv(0, &q, sizeof q, 0) == sizeof q) {
		char verdict = verdict_of(&q);

		explicit_bzero(&q, sizeof q);
		if (send(0, &verdict, 1, MSG_NOSIGNAL) != 1)
			break;
	}
	_exit(0);
}

/* The helper reads the end, and ends. */
static void
let_go(struct auth_helper *h)
{
	if (h->socket.fd < 0)
		return;
	loop_del(h->loop, &h->socket);
	close(h->socket.fd);
	h->socket.fd = -1;
}

static void
on_socket(struct loop_fd *w, uint32_t events)
{
	struct auth_helper *h = container_of(w, struct auth_helper, socket);
	auth_verdict_fn *fn = h->fn;
	char verdict = AUTH_NO_VERDICT;

	if (recv(w->fd, &verdict, 1, MSG_DONTWAIT) != 1)
		let_go(h);
	h->fn = NULL;
	if (fn)
		fn(h->arg, (enum auth_verdict)verdict);
}

static int
watch(struct auth_helper *h, int fd)
{
	h->socket = (struct loop_fd){.fd = fd, .events = EPOLLIN, .fn = on_socket};
	return loop_add(h->loop, &h->socket);
}

static bool
start(struct auth_helper *h)
{
	pid_t server = getpid();
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) < 0)
		return false;
	h->pid = fork();
	if (h->pid == 0)
		serve_questions(fd[1], server);
	close(fd[1]);
	if (h->pid > 0 && watch(h, fd[0]) == 0)
		return true;
	close(fd[0]);
	return false;
}

struct auth_helper *
auth_helper_new(struct loop *loop)
{
	struct auth_helper *h = calloc(1, sizeof *h);

	if (!h)
		return NULL;
	h->loop = loop;
	h->socket.fd = -1;
	if (start(h))
		return h;
	free(h);
	return NULL;
}

/* A server that may not wait for processes ends soon, and they end with it. */
void
auth_helper_free(struct auth_helper *h)
{
	if (!h)
		return;
	let_go(h);
	waitpid(h->pid, NULL, 0);
	free(h);
}

bool
auth_helper_ask(struct auth_helper *h, const char *password, const char *hash, auth_verdict_fn *fn, void *arg)
{
	struct helper_question q = {.password = ""};
	bool sent;

	if (h->socket.fd < 0)
		return false;
	snprintf(q.password, sizeof q.password, "%s", password);
	snprintf(q.hash, sizeof q.hash, "%s", hash);
	sent = send(h->socket.fd, &q, sizeof q, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof q;
	explicit_bzero(&q, sizeof q);
	if (!sent)
		return false;
	h->fn = fn;
	h->arg = arg;
	return true;
}
