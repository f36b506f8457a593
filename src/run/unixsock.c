#include "run/unixsock.h"

#include "host/random.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int
unixdir_make(char path[static UNIXDIR_PATH])
{
	const char *base = getenv("XDG_RUNTIME_DIR");

	if (base && strlen(base) < 32) {
		snprintf(path, UNIXDIR_PATH, "%s/leat-XXXXXX", base);
		if (mkdtemp(path))
			return 0;
	}
	snprintf(path, UNIXDIR_PATH, "/tmp/leat-XXXXXX");
	if (mkdtemp(path))
		return 0;
	path[0] = 0;
	return -errno;
}

void
unixdir_remove(const char *path)
{
	DIR *dir = path[0] ? opendir(path) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
	if (path[0])
		rmdir(path);
}

int
unixdir_open(struct unixdir *u, const char *path)
{
	uint64_t secret;
	struct stat st;
	int rc;

	*u = (struct unixdir){.path = path, .rendezvous = -1, .rendezvous_handle = -1};
	random_fill(&secret, sizeof secret);
	snprintf(u->token, sizeof u->token, "%016" PRIx64, secret);
	u->rendezvous = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	u->rendezvous_handle = u->rendezvous < 0 ? -errno : unix_bind_handle(u, u->rendezvous);
	if (u->rendezvous_handle < 0 || listen(u->rendezvous, 16) < 0 || fstat(u->rendezvous, &st) < 0) {
		rc = u->rendezvous_handle < 0 ? u->rendezvous_handle : -errno;
		unixdir_close(u);
		return rc;
	}
	u->sockets = st.st_dev;
	return 0;
}

void
unixdir_close(struct unixdir *u)
{
	if (u->rendezvous_handle >= 0)
		close(u->rendezvous_handle);
	if (u->rendezvous >= 0)
		close(u->rendezvous);
	*u = (struct unixdir){.rendezvous = -1, .rendezvous_handle = -1};
}

int
unix_bind_handle(struct unixdir *u, int fd)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int handle;

	snprintf(un.sun_path, sizeof un.sun_path, "%s/%" PRIu64, u->path, u->next++);
	if (bind(fd, (struct sockaddr *)&un, sizeof un) < 0)
		return -errno;
	handle = open(un.sun_path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (handle < 0)
		handle = -errno;
	unlink(un.sun_path);
	return handle;
}

int
unix_connect_handle(int fd, int handle)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	snprintf(un.sun_path, sizeof un.sun_path, "/proc/self/fd/%d", handle);
	return connect(fd, (struct sockaddr *)&un, sizeof un) < 0 ? -errno : 0;
}

int
unix_rendezvous(struct unixdir *u, int fd)
{
	int peer, rc = unix_connect_handle(fd, u->rendezvous_handle);

	if (rc)
		return rc;
	peer = accept4(u->rendezvous, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	return peer < 0 ? -errno : peer;
}

/* A socket of ours under the abstract name "TOKEN@text", connected to @handle. */
static int
named_to(struct unixdir *u, int type, const char *text, int handle)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int n = snprintf(un.sun_path + 1, sizeof un.sun_path - 1, "%s@%s", u->token, text);
	int rc, fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	rc = bind(fd, (struct sockaddr *)&un,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)) < 0
		 ? -errno
		 : unix_connect_handle(fd, handle);
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

int
unix_stream_to(struct unixdir *u, int handle, uint64_t id)
{
	char text[32];

	snprintf(text, sizeof text, "%" PRIx64, id);
	return named_to(u, SOCK_STREAM, text, handle);
}

/* The number at the end keeps names apart: one lives on while a datagram from it is unread. */
int
unix_dgram_to(struct unixdir *u, int handle, const struct endpoint *source)
{
	char text[80];

	snprintf(text, sizeof text, "%016" PRIx64 "%016" PRIx64 "%04x%08x.%" PRIx64, source->addr.w[0],
	    source->addr.w[1], source->port, source->ifindex, u->next++);
	return named_to(u, SOCK_DGRAM, text, handle);
}

/* What stands behind our token in an abstract name; the text ends with a 0. */
static bool
our_name(const struct unixdir *u, const struct sockaddr_un *un, socklen_t len, char text[static 108])
{
	size_t n =
	    len > offsetof(struct sockaddr_un, sun_path) ? len - offsetof(struct sockaddr_un, sun_path) : 0;

	if (n < 19 || un->sun_family != AF_UNIX || un->sun_path[0] != 0 ||
	    memcmp(un->sun_path + 1, u->token, 16) != 0)
		return false;
	memcpy(text, un->sun_path + 18, n - 18);
	text[n - 18] = 0;
	return true;
}

bool
unix_name_id(const struct unixdir *u, const struct sockaddr_un *un, socklen_t len, uint64_t *id)
{
	char text[108];

	return our_name(u, un, len, text) && sscanf(text, "%" SCNx64, id) == 1;
}

bool
unix_name_source(
    const struct unixdir *u, const struct sockaddr_un *un, socklen_t len, struct endpoint *source)
{
	char text[108];
	unsigned port;

	if (!our_name(u, un, len, text))
		return false;
	if (sscanf(text, "%16" SCNx64 "%16" SCNx64 "%4x%8x", &source->addr.w[0], &source->addr.w[1], &port,
		&source->ifindex) != 4)
		return false;
	source->port = (uint16_t)port;
	return true;
}

uint64_t
unix_inode(int fd)
{
	struct stat st;
	int domain;
	socklen_t len = sizeof domain;

	if (fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0 || domain != AF_UNIX)
		return 0;
	return st.st_ino;
}

/* A file of another kind, or the name of a socket in some file system, may have the same number. */
uint64_t
unix_any_inode(const struct unixdir *u, int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_dev == u->sockets ? st.st_ino : 0;
}

size_t
unix_fill(int fd, int *sndbuf)
{
	static const char filling[1024];
	socklen_t len = sizeof *sndbuf;
	int least = 0;
	size_t filled = 0;

	getsockopt(fd, SOL_SOCKET, SO_SNDBUF, sndbuf, &len);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
	for (;;) {
		ssize_t n = send(fd, filling, sizeof filling, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n <= 0)
			return filled;
		filled += (size_t)n;
	}
}

void
unix_drain(int fd, int sndbuf, int peer, size_t filled)
{
	char sink[4096];
	int half = sndbuf / 2; /* the kernel doubles what it is given */

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &half, sizeof half);
	while (filled) {
		ssize_t n = recv(peer, sink, filled < sizeof sink ? filled : sizeof sink, MSG_DONTWAIT);

		if (n <= 0)
			return;
		filled -= (size_t)n;
	}
}
