/*
 * run/proxy/unixname.h - abstract names for the worker's AF_UNIX sockets. A name carries a text and
 * proves that the worker wrote it. It opens no socket.
 *
 * A name is the SipHash-2-4 of its text under a secret key, then '@', then the text. Other users
 * can read the names in use (/proc/net/unix), but can neither compute the next one nor make one
 * that is accepted.
 */
#ifndef RUN_PROXY_UNIXNAME_H
#define RUN_PROXY_UNIXNAME_H

#include "base/siphash.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct unixname {
	struct siphash_key key;
	uint64_t next; /* number of the next datagram socket */
};

/* Draws a random key. */
void unixname_init(struct unixname *n);

/*
 * Write a name to @un: that of record @id, or a new one for a datagram socket. Return the length
 * for bind(2).
 */
socklen_t unixname_of_id(const struct unixname *n, uint64_t id, struct sockaddr_un *un);
socklen_t unixname_of_dgram(struct unixname *n, struct sockaddr_un *un);

/* Reads the record number from a name. Returns false if the worker did not make the name. */
bool unixname_id(const struct unixname *n, const struct sockaddr_un *un, socklen_t len, uint64_t *id);

#endif
