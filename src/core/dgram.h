/*
 * core/dgram.h - datagrams that have arrived and wait to be read, with what their reader may ask
 * about each: who sent it, to which of our names, over which interface.
 *
 * The queue is bounded by octets (SO_RCVBUF), each datagram being charged a fixed sum beside its
 * own, as Linux charges the memory that holds it: otherwise empty datagrams would be free.
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
	struct endpoint local; /* as the datagram named it; ifindex: the interface that it came in by */
	uint8_t ttl, tos;
};

struct dgram_queue {
	struct list waiting, spare;
	uint32_t count;
	size_t charged, limit;
};

void dgram_queue_init(struct dgram_queue *q, size_t limit);

/* Frees all that waits. */
void dgram_queue_fini(struct dgram_queue *q);

/* Consumes @payload. False when there was no room: the drop has been counted. */
bool dgram_enqueue(
    struct core *core, struct dgram_queue *q, struct pkt *payload, const struct dgram_names *names);

/*
 * Copy the first datagram out, as much of it as @len holds, and take it off unless @peek. Returns
 * the octets copied, or -LEAT_EAGAIN; *@names and *@full (its whole length) may be NULL.
 */
ssize_t dgram_read(
    struct dgram_queue *q, void *buf, size_t len, bool peek, struct dgram_names *names, size_t *full);

/* The length of the first datagram; 0 when there is none. */
size_t dgram_first_len(const struct dgram_queue *q);

#endif
