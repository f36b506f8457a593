/*
 * run/proxy/unixsock.h - the AF_UNIX sockets that serve as the program's IP sockets (proxy
 * sockets), and how the worker joins its own ends with them.
 *
 * The program's end is connected to the worker at a meeting point: a listener of the worker's that
 * has no name (unixdir.h). Two connections are never mixed up there, for three reasons. The queue
 * is empty before each connect, since one thread alone connects, and takes what it connected at
 * once. Whatever fails half-way makes the meeting point anew, which throws its queue away. And what
 * is taken is checked to have been connected by the worker.
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
	pid_t self;          /* the process that opened it, and no other connects */
	struct unixname names;
	int listener, listener_handle; /* a listener of ours; -1 = to be made when it is needed */
	int spare;                     /* given up for accept4(2) when no descriptor is left; -1 */
	dev_t sockets;                 /* where the inodes of sockets are */
};

/* 0 or the negative errno. */
int unixsock_open(struct unixsock *u, struct unixdir *dir);
void unixsock_close(struct unixsock *u);

/* Connects @fd to what @handle stands for. Returns 0 or the negative errno. */
int unix_connect_handle(int fd, int handle);

/*
 * Connects the program's @fd to the worker. Returns our end (non-blocking), or the negative errno.
 * Sets *@used once @fd has been connected, even if an error follows: an AF_UNIX socket can be
 * connected only once.
 */
int unix_join_worker(struct unixsock *u, int fd, bool *used);

/*
 * Opens a non-blocking socket that is connected to the program's listener behind @handle, and named
 * for record @id; or to its datagram socket, and named @un (of @len). Its descriptor or the
 * negative errno.
 */
int unix_stream_to(struct unixsock *u, int handle, uint64_t id);
int unix_dgram_to(struct unixsock *u, int handle, struct sockaddr_un *un, socklen_t *len);

/* The inode of a socket, which is its identity; 0 when @fd is no AF_UNIX socket. */
uint64_t unix_inode(int fd);
/* The same of a socket of any family, in one step. */
uint64_t unix_any_inode(const struct unixsock *u, int fd);

/*
 * unix_fill() makes the program's @fd unwritable by filling its send buffer, and returns how many
 * octets that took; *@sndbuf is what SO_SNDBUF was. unix_drain() restores the buffer, and reads the
 * filling from our end @peer.
 */
size_t unix_fill(int fd, int *sndbuf);
void unix_drain(int fd, int sndbuf, int peer, size_t filled);

#endif
