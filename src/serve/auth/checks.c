/*
 * serve/auth/checks.c - the life of the helper, and the processes that it makes.
 */
#include "serve/auth/check.h"
#include "serve/auth/helper.h"
#include "serve/auth/messages.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* In a process of its own, which ends with the result. */
static _Noreturn void
check(const struct helper_question *q, pid_t helper)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(getppid() == helper && auth_check(q->password, q->hash) ? AUTH_RIGHT : AUTH_WRONG);
}

static enum auth_verdict
verdict_of(const struct helper_question *q)
{
	pid_t helper = getpid(), pid = fork();
	int status;

	if (pid == 0)
		check(q, helper);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return AUTH_NO_VERDICT;
	return (enum auth_verdict)WEXITSTATUS(status);
}

static bool
say(int fd, uint64_t number, enum auth_verdict verdict)
{
	struct helper_answer a = {number, verdict};

	return send(fd, &a, sizeof a, MSG_NOSIGNAL) == sizeof a;
}

/* The status is 0 if the server has gone. */
_Noreturn void
auth_helper_main(int fd, bool again)
{
	struct helper_question q;
	bool goes_on = !again || say(fd, 0, AUTH_NO_VERDICT);
	ssize_t n = 0;

	prctl(PR_SET_NAME, "leat-passwords");
	prctl(PR_SET_DUMPABLE, 0);
	while (goes_on && (n = recv(fd, &q, sizeof q, 0)) == sizeof q) {
		goes_on = say(fd, q.number, verdict_of(&q));
		explicit_bzero(&q, sizeof q);
	}
	if (!goes_on || n < 0)
		_exit(errno != EPIPE && errno != ECONNRESET);
	_exit(n > 0);
}
