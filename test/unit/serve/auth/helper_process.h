/*
 * test/unit/serve/auth/helper_process.h - makes helpers as the master of a server does.
 */
#ifndef HELPER_PROCESS_H
#define HELPER_PROCESS_H

#include "serve/auth/helper.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct helper_process {
	pid_t pid;
	int fd, server_fd; /* the ends of the pair */
};

static inline void
helper_process_begin(struct helper_process *p, bool again)
{
	p->pid = fork();
	if (p->pid > 0)
		return;
	dup2(p->fd, 0);
	close_range(1, ~0U, 0);
	auth_helper_main(0, again);
}

/* Makes the first one, and returns the server's side. */
static inline struct auth_helper *
helper_process_new(struct helper_process *p, struct loop *loop)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) < 0)
		abort();
	p->fd = fd[0];
	p->server_fd = fd[1];
	helper_process_begin(p, false);
	return auth_helper_new(loop, fd[1]);
}

/* Waits for the end of the process, and returns its status. */
static inline int
helper_process_wait(const struct helper_process *p)
{
	int status = -1;

	waitpid(p->pid, &status, 0);
	return status;
}

/* The server has closed its end, so the process ends by itself. Returns its status. */
static inline int
helper_process_end(const struct helper_process *p)
{
	close(p->fd);
	return helper_process_wait(p);
}

#endif
