/*
 * run/proxy/diag.h - the machine's AF_UNIX sockets, as sock_diag(7) lists them to anybody.
 */
#ifndef RUN_PROXY_DIAG_H
#define RUN_PROXY_DIAG_H

#include <stdbool.h>
#include <stdint.h>

/* Calls @fn with the inode of each. 0 or the negative errno. */
int diag_each(void (*fn)(void *arg, uint64_t inode), void *arg);

/* Is there such a socket? True in doubt. */
bool diag_alive(uint64_t inode);

/* The inode of its peer; 0: it has none, or one that nobody has accepted yet. */
uint64_t diag_peer(uint64_t inode);

/* How many connections wait at a listener. */
unsigned diag_waiting(uint64_t inode);

#endif
