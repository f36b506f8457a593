/*
 * run/proxy/unixname.h - abstract names of the worker's AF_UNIX sockets: each carries a text and
 * proves that the worker wrote it.
 *
 * A name is SipHash-2-4 of its text under a secret key, '@', and the text. Another user can read
 * the names in use (/proc/net/unix), but can neither compute the next one nor make one that is
 * accepted.
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
	uint64_t next; /* number of the next end of a datagram socket */
};

void unixname_init(struct unixname *n);

/*
 * Writes the name of record @id, or one for the end of a datagram socket, to @un. Returns the
 * length for bind(2).
 */
socklen_t unixname_of_id(const struct unixname *n, uint64_t id, struct sockaddr_un *un);
socklen_t unixname_of_dgram(struct unixname *n, struct sockaddr_un *un);

/* Reads what a name says. Returns false where the worker did not make the name. */
bool unixname_id(const struct unixname *n, const struct sockaddr_un *un, socklen_t len, uint64_t *id);

#endif
