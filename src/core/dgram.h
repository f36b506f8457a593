/*
 * core/dgram.h - a queue of received datagrams, each with what its reader may ask for: the sender,
 * the destination address, and the interface.
 *
 * The queue is limited in octets (SO_RCVBUF). Each datagram is charged a fixed amount in addition
 * to its length, as Linux charges the memory that holds it. Otherwise empty datagrams would cost
 * nothing.
 */
#ifndef CORE_DGRAM_H
#define CORE_DGRAM_H

#include "base/ipaddr.h"
#include "base/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct core;
struct pkt;

enum { DGRAM_CHARGE = 512 };

struct dgram_names {
	struct endpoint peer;
	/* the destination of the datagram; ifindex is the interface that it came in by */
	struct endpoint local;
	uint8_t ttl, tos;
};

struct dgram_queue {
	struct list waiting, spare;
	uint32_t count;
	size_t charged, limit;
};

void dgram_queue_init(struct dgram_queue *q, size_t limit);

/* Frees all datagrams in the queue. */
void dgram_queue_fini(struct dgram_queue *q);

/* Consumes @payload. Returns false if there was no room; the drop has been counted. */
bool dgram_enqueue(
    struct core *core, struct dgram_queue *q, struct pkt *payload, const struct dgram_names *names);

/*
 * Copies up to @len octets of the first datagram to @buf, and removes it unless @peek is set.
 * Returns the number of octets copied, or -LEAT_EAGAIN if the queue is empty. *@full becomes the
 * datagram's whole length. @names and @full may be NULL.
 */
ssize_t dgram_read(
    struct dgram_queue *q, void *buf, size_t len, bool peek, struct dgram_names *names, size_t *full);

/* Returns the length of the first datagram, or 0 if there is none. */
size_t dgram_first_len(const struct dgram_queue *q);

#endif
