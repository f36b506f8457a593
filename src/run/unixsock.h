/*
 * run/unixsock.h - the AF_UNIX sockets that stand in for the program's: how they are named, found and joined.
 *
 * Path names live for a moment in a directory that only this user may enter: a socket is bound, an O_PATH handle is taken, the name
 * is unlinked; connections are made through /proc/self/fd. Nothing is left on disk, and nobody else can connect.
 * Names that carry something (a record's number, a datagram's source) are abstract, and begin with the worker's secret token.
 */
#ifndef RUN_UNIXSOCK_H
#define RUN_UNIXSOCK_H

#include "base/ipaddr.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

struct unixdir {
	const char *path; /* borrowed */
	uint64_t next;
	char token[17]; /* 64 random bits as text */
	int rendezvous; /* a listener of ours: the program's connecting sockets are connected to it */
	int rendezvous_handle;
	dev_t sockets; /* where the inodes of sockets are */
};

enum { UNIXDIR_PATH = 64 };

/*
 * The directory belongs to the outer process, so that it goes even if the worker is killed. 0 or the negative errno, and *@path is
 * empty then. Removing takes what a killed worker left in it, too.
 */
int unixdir_make(char path[static UNIXDIR_PATH]);
void unixdir_remove(const char *path);

/* 0 or the negative errno. */
int unixdir_open(struct unixdir *u, const char *path);
void unixdir_close(struct unixdir *u);

/* Bind @fd and return an O_PATH handle for it, the name gone; or the negative errno. */
int unix_bind_handle(struct unixdir *u, int fd);

/* Connect @fd to what @handle stands for. 0 or the negative errno. */
int unix_connect_handle(int fd, int handle);

/* Connect the program's @fd to us: our end (non-blocking), or the negative errno. */
int unix_rendezvous(struct unixdir *u, int fd);

/* A fresh non-blocking socket of ours that connects to the program's listener or datagram socket behind @handle, under the name of record @id. Its descriptor or the negative errno. */
int unix_stream_to(struct unixdir *u, int handle, uint64_t id);
int unix_dgram_to(struct unixdir *u, int handle, const struct endpoint *source);

/* What a name that we gave says. False: not one of ours. */
bool unix_name_id(const struct unixdir *u, const struct sockaddr_un *un, socklen_t len, uint64_t *id);
bool unix_name_source(
    const struct unixdir *u, const struct sockaddr_un *un, socklen_t len, struct endpoint *source);

/* The inode of a socket, which is its identity; 0 when @fd is no AF_UNIX socket. */
uint64_t unix_inode(int fd);
/* The same of a socket of any family, in one step. */
uint64_t unix_any_inode(const struct unixdir *u, int fd);

/*
 * Make the program's @fd unwritable by filling its send buffer; how many octets that took. *@sndbuf is what SO_SNDBUF was.
 * The opposite: restore the buffer, and read the filling from our end @peer.
 */
size_t unix_fill(int fd, int *sndbuf);
void unix_drain(int fd, int sndbuf, int peer, size_t filled);

#endif
