/*
 * run/proxy/unixdir.h - the temporary directory in which an AF_UNIX socket has a name for a moment,
 * while a handle for it is opened. It does not know what the sockets are for.
 *
 * Only this user may enter the directory. A socket is bound there, an O_PATH handle is opened, and
 * the name is removed. Connections are made through /proc/self/fd/HANDLE. So no other user can
 * connect, and the directory is empty except for that moment. If the directory is removed
 * meanwhile, as a script that cleans /tmp does, another one is made.
 */
#ifndef RUN_PROXY_UNIXDIR_H
#define RUN_PROXY_UNIXDIR_H

#include <stdint.h>

enum { UNIXDIR_PATH = 64 };

/*
 * In memory that supervisor and worker share: the worker may make a new directory, and the
 * supervisor removes it.
 */
struct unixdir {
	char path[UNIXDIR_PATH]; /* "" = there is no directory */
	uint64_t next;           /* the name of the next socket */
};

/* Makes the directory. Returns 0 or the negative errno. */
int unixdir_make(struct unixdir *u);

/* Removes the directory, and the names that a killed worker left in it. */
void unixdir_remove(struct unixdir *u);

/*
 * Binds @fd, opens an O_PATH handle for it, and removes the name. Returns the handle, which the
 * caller closes; or the negative errno, after which the call may be repeated.
 */
int unixdir_bind(struct unixdir *u, int fd);

#endif
