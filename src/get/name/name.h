/*
 * get/name/name.h - from the name of a host to its addresses, without waiting.
 *
 * A source answers questions later, from a turn of the world. name_threads_new() asks the machine's
 * resolver in helper threads. Simulations bring a source of their own, or none.
 */
#ifndef GET_NAME_NAME_H
#define GET_NAME_NAME_H

#include "base/ipaddr.h"

enum { NAME_ADDRESSES = 32 };

struct name_query;

/*
 * The answer: @n addresses, in the order in which they are to be tried, with port 0. If there are
 * none, @words says why.
 */
typedef void name_fn(void *arg, const struct endpoint *at, unsigned n, const char *words);

struct name_source {
	/*
	 * Asks for the addresses of @host. @fn is called once, and not from within ask(). Returns
	 * the query; NULL without memory.
	 */
	struct name_query *(*ask)(struct name_source *s, const char *host, name_fn *fn, void *arg);
	/* Ends a query that was not answered. */
	void (*cancel)(struct name_source *s, struct name_query *q);
};

struct loop;

/* A source that calls getaddrinfo(3) in at most @most threads. Returns NULL on failure. */
struct name_source *name_threads_new(struct loop *loop, unsigned most);

/*
 * Frees the source, in which no query waits. A thread that the resolver still holds ends by itself.
 */
void name_threads_free(struct name_source *s);

#endif
