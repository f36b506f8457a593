/*
 * serve/process/inherit.c - sockets that are handed from process to process by their numbers, with
 * the protocol of sd_listen_fds(3): LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES.
 *
 * A service manager hands over the sockets that it listens at, and an old master those of its
 * server. The names tell which are which.
 */
#include "serve/process/impl.h"

#include "host/hostio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST = 3, NUMBER_TEXT = 24 };

#define OURS  "leat-own" /* a socket that only masters and workers of one server have */
#define GIVEN "leat-given"

static unsigned
number_of(const char *name)
{
	const char *text = getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

static bool
is_listener(int fd)
{
	int on = 0;
	socklen_t len = sizeof on;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on;
}

/* The entry of @at, or a new one; NULL: there are too many. */
static struct listen_address *
entry_for(struct listeners *l, const struct endpoint *at)
{
	for (unsigned i = 0; i < l->n; i++) {
		if (ipaddr_eq(&l->of[i].at.addr, &at->addr) && l->of[i].at.port == at->port)
			return &l->of[i];
	}
	if (l->n == PROCESS_ADDRESSES)
		return NULL;
	l->of[l->n] = (struct listen_address){.at = *at};
	return &l->of[l->n++];
}

static int
take(struct process *p, struct listeners *l, int fd, bool given)
{
	struct listen_address *a;
	struct endpoint at;

	if (hostio_name(fd, &at) < 0 || !is_listener(fd))
		return process_say(
		    p, "descriptor %d was handed over, but is not a TCP socket that listens", fd);
	a = entry_for(l, &at);
	if (!a || a->n == PROCESS_WORKERS)
		return process_say(p, "more sockets were handed over than a server can use");
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	a->given |= given;
	a->fd[a->n++] = fd;
	return 0;
}

static bool
next_is(char **names, const char *name)
{
	char *word = *names ? strsep(names, ":") : NULL;

	return word && strcmp(word, name) == 0;
}

/* Sockets that are given come first, so that struct listen_address can say "the first". */
int
inherit_listeners(struct process *p, struct listeners *l)
{
	unsigned n = number_of("LISTEN_FDS");
	char *text = getenv("LISTEN_FDNAMES"), *copy = text ? strdup(text) : NULL, *names = copy;
	int status = 0;

	l->n = 0;
	if (number_of("LISTEN_PID") != (unsigned)getpid())
		n = 0;
	for (unsigned i = 0; status == 0 && i < n && i < LISTEN_FDS_MOST; i++)
		status = take(p, l, FIRST + (int)i, !next_is(&names, OURS));
	free(copy);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return status;
}

/* Moves the sockets to where the protocol wants them, over copies, since places may be taken. */
static int
place(const struct listeners *l, const char **names)
{
	int copy[LISTEN_FDS_MOST], n = 0;

	for (unsigned i = 0; i < l->n; i++) {
		for (unsigned k = 0; k < l->of[i].n; k++) {
			copy[n] = fcntl(l->of[i].fd[k], F_DUPFD_CLOEXEC, FIRST + LISTEN_FDS_MOST);
			if (copy[n] < 0)
				return -errno;
			names[n++] = l->of[i].given && k == 0 ? GIVEN : OURS;
		}
	}
	for (int i = 0; i < n; i++) {
		if (dup2(copy[i], FIRST + i) < 0)
			return -errno;
	}
	return n;
}

static void
set_number(const char *name, unsigned n)
{
	char text[NUMBER_TEXT];

	snprintf(text, sizeof text, "%u", n);
	setenv(name, text, 1);
}

int
bequeath_listeners(const struct listeners *l)
{
	static const char *names[LISTEN_FDS_MOST];
	static char text[LISTEN_FDS_MOST * sizeof GIVEN];
	int n = place(l, names);
	size_t len = 0;

	if (n < 0)
		return n;
	for (int i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i > 0 ? ":" : "", names[i]);
	set_number("LISTEN_PID", (unsigned)getpid());
	set_number("LISTEN_FDS", (unsigned)n);
	setenv("LISTEN_FDNAMES", text, 1);
	return FIRST + n;
}
