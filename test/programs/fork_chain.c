/*
 * fork_chain KIND CHAINS SECONDS: starts CHAINS chains of processes. In each chain a new child replaces its parent
 * every few microseconds, until SECONDS have passed.
 *
 * KIND is "exit" (the parent exits at once), "nest" (the parent stays, up to some depth), "session" (each process is
 * in a session of its own), or "memory" (all share one memory, which makes a fork several times as fast).
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { DEEPEST = 400 };

static time_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* The child gets another stack, since its parent may still use its own for a moment. */
static int
go_on_in_memory(void *end)
{
	enum { STACKS = 4096, OCTETS = 4096 };
	static char stack[STACKS][OCTETS] __attribute__((aligned(16)));
	static unsigned at;

	if (now() < *(time_t *)end)
		clone(go_on_in_memory, stack[at++ % STACKS] + OCTETS, CLONE_VM | SIGCHLD, end);
	_exit(0);
}

static void
go_on(const char *kind, time_t end)
{
	int nested = !strcmp(kind, "nest"), session = !strcmp(kind, "session");

	if (!strcmp(kind, "memory"))
		go_on_in_memory(&end);
	for (unsigned depth = 0; now() < end; depth++) {
		pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

		if (pid > 0 && nested && depth < DEEPEST)
			sleep((unsigned)(end - now() + 1));
		if (pid > 0)
			_exit(0);
		if (pid == 0 && session)
			setsid();
	}
}

int
main(int argc, char **argv)
{
	time_t end = now() + atoi(argv[3]);

	alarm((unsigned)atoi(argv[3]));
	for (int i = 0; i < atoi(argv[2]); i++)
		if (fork() == 0) {
			go_on(argv[1], end);
			_exit(0);
		}
	puts("ready");
	fflush(stdout);
	while (now() < end)
		sleep(1);
	return argc != 4;
}
