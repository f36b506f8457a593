/*
 * serve/process/upgrade.c - replaces the program of a server while it serves. The old master starts
 * the program's file anew, as a new master that is handed the listeners. When that one says that
 * its workers serve, the old one ends in order. If it ends without having said so, nothing has
 * changed.
 */
#include "serve/process/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MOST = 1 << 20, NUMBER_TEXT = 24 };

/* Names the descriptor to which a new master writes an octet when its workers serve. */
#define READY_FD "LEAT_UPGRADE_FD"

static size_t
read_words(char *octets)
{
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	while (fd >= 0 && len < WORDS_MOST && (n = read(fd, octets + len, WORDS_MOST - len)) > 0)
		len += (size_t)n;
	if (fd >= 0)
		close(fd);
	return len;
}

/* Splits the arguments of this program, each with a NUL at its end, into words. */
static char **
split(char *octets, size_t len)
{
	char **words;
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += octets[i] == '\0';
	words = calloc(n + 1, sizeof *words);
	for (size_t i = 0; words && i < n; i++, octets += strlen(octets) + 1)
		words[i] = octets;
	return words;
}

/*
 * The path is looked up now: later the file may be another one, which is the point, and the link
 * would name what was removed.
 */
void
upgrade_init(struct master *m)
{
	struct upgrade *u = &m->upgrade;
	const char *fd = getenv(READY_FD);

	u->program = realpath("/proc/self/exe", NULL);
	u->octets = malloc(WORDS_MOST);
	if (u->octets)
		u->words = split(u->octets, read_words(u->octets));
	u->pipe.fd = -1;
	u->ready_fd = fd ? atoi(fd) : -1;
	if (u->ready_fd >= 0)
		fcntl(u->ready_fd, F_SETFD, FD_CLOEXEC);
	unsetenv(READY_FD);
}

void
upgrade_fini(struct master *m)
{
	struct upgrade *u = &m->upgrade;

	if (u->pipe.fd >= 0)
		close(u->pipe.fd);
	if (u->ready_fd >= 0)
		close(u->ready_fd);
	free(u->program);
	free(u->octets);
	free(u->words);
}

void
upgrade_done(struct master *m)
{
	struct upgrade *u = &m->upgrade;

	if (u->ready_fd < 0)
		return;
	if (write(u->ready_fd, "", 1) < 0)
		process_say(m->process, "the old server has ended meanwhile");
	close(u->ready_fd);
	u->ready_fd = -1;
}

/* In the child: becomes the new master. @ready is beyond all places that listeners get. */
static _Noreturn void
become_master(const struct master *m, int ready)
{
	char text[NUMBER_TEXT];
	sigset_t none;
	int fd = bequeath_listeners(&m->now->listeners);

	if (fd >= 0 && dup2(ready, fd) == fd) {
		snprintf(text, sizeof text, "%d", fd);
		setenv(READY_FD, text, 1);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execv(m->upgrade.program, m->upgrade.words);
	}
	process_say(m->process, "cannot start %s: %s", m->upgrade.program, strerror(errno));
	_exit(127);
}

static void
on_pipe(struct loop_fd *fd, uint32_t events)
{
	struct master *m = container_of(fd, struct master, upgrade.pipe);
	char octet;
	bool ready = read(fd->fd, &octet, 1) == 1;

	loop_del(m->loop, fd);
	close(fd->fd);
	fd->fd = -1;
	if (!ready)
		return; /* SIGCHLD says why */
	process_notify("MAINPID=%d", m->upgrade.pid);
	m->upgrade.pid = 0;
	master_succeeded(m);
}

static int
start(struct master *m)
{
	struct upgrade *u = &m->upgrade;
	int pipe[2], ready;

	if (pipe2(pipe, O_CLOEXEC) < 0)
		return -errno;
	ready = fcntl(pipe[1], F_DUPFD_CLOEXEC, LISTEN_FDS_MOST + 4);
	close(pipe[1]);
	fflush(NULL);
	u->pid = ready < 0 ? -1 : fork();
	if (u->pid == 0)
		become_master(m, ready);
	u->pipe = (struct loop_fd){.fd = pipe[0], .events = EPOLLIN, .fn = on_pipe};
	if (ready >= 0)
		close(ready);
	if (u->pid > 0)
		return loop_add(m->loop, &u->pipe);
	u->pid = 0;
	close(pipe[0]);
	u->pipe.fd = -1;
	return -EAGAIN;
}

void
upgrade_begin(struct master *m)
{
	const struct upgrade *u = &m->upgrade;
	int e;

	if (m->state == MASTER_ENDS)
		return;
	if (m->state == MASTER_BEGINS || u->pid > 0) {
		process_say(m->process, "cannot start the new program: %s",
		    u->pid > 0 ? "one is starting already" : "this one does not serve yet");
		return;
	}
	if (!u->program || !u->words || !u->words[0]) {
		process_say(
		    m->process, "cannot start the new program: its name is not known, for want of /proc");
		return;
	}
	e = start(m);
	if (e < 0)
		process_say(m->process, "cannot start the new program: %s", strerror(-e));
}

void
upgrade_end(const struct master *m)
{
	if (m->upgrade.pid > 0)
		kill(m->upgrade.pid, SIGTERM);
}

bool
upgrade_ended(struct master *m, pid_t pid, int status)
{
	if (pid != m->upgrade.pid)
		return false;
	m->upgrade.pid = 0;
	if (WIFSIGNALED(status))
		process_say(m->process, "the new program was ended by signal %d (%s); this one goes on",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		process_say(m->process, "the new program ended with status %d; this one goes on",
		    WEXITSTATUS(status));
	return true;
}
