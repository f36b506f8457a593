/*
 * run/proxy/unixdir.h - the temporary folder in which an AF_UNIX socket has a name for the moment
 * in which a handle of it is taken.
 *
 * Only this user may enter it. A socket is bound there, an O_PATH handle is opened, the name is
 * unlinked; connections are made through /proc/self/fd. So no other user can connect, and the
 * folder is empty except for that moment. If the folder is removed meanwhile, as a script that
 * cleans /tmp does, another takes its place.
 */
#ifndef RUN_PROXY_UNIXDIR_H
#define RUN_PROXY_UNIXDIR_H

#include <stdint.h>

enum { UNIXDIR_PATH = 64 };

/* Lies in memory that supervisor and worker share: the one makes it anew, the other removes it. */
struct unixdir {
	char path[UNIXDIR_PATH]; /* "" = there is none */
	uint64_t next;           /* name of the next socket */
};

/* Makes the folder. 0 or the negative errno. */
int unixdir_make(struct unixdir *u);

/* Removes the folder and what a worker that was killed left in it. */
void unixdir_remove(struct unixdir *u);

/*
 * Binds @fd. Returns an O_PATH handle for it, with the name gone; or the negative errno, and the
 * call can be made again.
 */
int unixdir_bind(struct unixdir *u, int fd);

#endif
