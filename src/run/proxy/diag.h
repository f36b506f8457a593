/*
 * run/proxy/diag.h - asks sock_diag(7) about the machine's AF_UNIX sockets; the kernel answers any
 * user. It does not know whose the sockets are.
 */
#ifndef RUN_PROXY_DIAG_H
#define RUN_PROXY_DIAG_H

#include <stdbool.h>
#include <stdint.h>

/* Calls @fn with the inode of each AF_UNIX socket. Returns 0 or the negative errno. */
int diag_each(void (*fn)(void *arg, uint64_t inode), void *arg);

/*
 * Returns false if the kernel says that there is no socket with @inode; true if there is one, or if
 * the kernel does not answer.
 */
bool diag_alive(uint64_t inode);

/*
 * Returns the inode of the peer of @inode; 0 if it has none, or if the peer has not been accepted
 * yet.
 */
uint64_t diag_peer(uint64_t inode);

/*
 * Returns how many connections wait to be accepted at the listener with @inode; 0 if the kernel
 * does not say.
 */
unsigned diag_waiting(uint64_t inode);

#endif
