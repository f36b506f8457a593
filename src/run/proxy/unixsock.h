/*
 * run/proxy/unixsock.h - the AF_UNIX sockets that serve as the program's IP sockets (proxy
 * sockets), and how the worker connects its own ends to them. It knows nothing of records or of the
 * network.
 *
 * A proxy socket is connected to the worker through a listener of the worker that has no name
 * (unixdir.h). Two connections are never mixed up there, for three reasons. First, the queue is
 * empty before each connect: only one thread connects, and it accepts at once. Second, after a
 * failure the listener is closed, which discards its queue, and another one is made. Third, an
 * accepted connection is used only if this process made it.
 */
#ifndef RUN_PROXY_UNIXSOCK_H
#define RUN_PROXY_UNIXSOCK_H

#include "run/proxy/unixdir.h"
#include "run/proxy/unixname.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct unixsock {
	struct unixdir *dir; /* borrowed */
	pid_t self;          /* this process; no other connects */
	struct unixname names;
	int listener, listener_handle; /* our listener and its handle; -1 = to be made when needed */
	int spare;     /* closed to make room for accept4(2) when no descriptor is left; -1 = none */
	dev_t sockets; /* the device number of all sockets */
};

/* Begins to use @dir, which is borrowed. Returns 0 or the negative errno. */
int unixsock_open(struct unixsock *u, struct unixdir *dir);
void unixsock_close(struct unixsock *u);

/* Connects @fd to the socket that @handle stands for. Returns 0 or the negative errno. */
int unix_connect_handle(int fd, int handle);

/*
 * Connects the program's @fd to the worker. Returns our end, which is non-blocking and which the
 * caller closes; or the negative errno. Sets *@used once @fd has been connected, even if an error
 * follows: an AF_UNIX socket can be connected only once.
 */
int unix_join_worker(struct unixsock *u, int fd, bool *used);

/*
 * Open a non-blocking socket. unix_stream_to() names it for record @id and connects it to the
 * listener of the program behind @handle. unix_dgram_to() connects it to the datagram socket of the
 * program behind @handle, and writes its name to @un and *@len. Return the descriptor, which the
 * caller closes; or the negative errno.
 */
int unix_stream_to(struct unixsock *u, int handle, uint64_t id);
int unix_dgram_to(struct unixsock *u, int handle, struct sockaddr_un *un, socklen_t *len);

/* Returns the inode of an AF_UNIX socket, which identifies it; 0 if @fd is no AF_UNIX socket. */
uint64_t unix_inode(int fd);
/* Returns the inode of a socket of any family, with one system call; 0 if @fd is no socket. */
uint64_t unix_any_inode(const struct unixsock *u, int fd);

/*
 * Make the program's @fd unwritable for a time. unix_fill() fills its send buffer with padding,
 * returns the number of octets, and sets *@sndbuf to the SO_SNDBUF it had. unix_drain() restores
 * SO_SNDBUF, and reads the padding from our end @peer.
 */
size_t unix_fill(int fd, int *sndbuf);
void unix_drain(int fd, int sndbuf, int peer, size_t filled);

#endif
