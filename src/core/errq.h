/*
 * core/errq.h - errors about datagrams that a socket sent, kept until it asks for them (IP_RECVERR
 * in ip(7), IPV6_RECVERR in ipv6(7)). An entry holds the error, its reporter, the destination of
 * the datagram, and the quoted part of its payload.
 *
 * As on Linux, the queue shares SO_RCVBUF with the received datagrams, and each entry is charged a
 * fixed amount in addition to its octets. The queue knows nothing of sockets; its owner decides
 * whether an error is wanted.
 */
#ifndef CORE_ERRQ_H
#define CORE_ERRQ_H

#include "base/ipaddr.h"
#include "base/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct core;
struct net_error;

/* Where the error comes from, by Linux's numbers (SO_EE_ORIGIN_...). */
enum errq_origin { ERRQ_LOCAL = 1, ERRQ_ICMP4 = 2, ERRQ_ICMP6 = 3, ERRQ_TIMESTAMPING = 4, ERRQ_ZEROCOPY = 5 };

struct dgram_error {
	struct endpoint peer;   /* the destination of the datagram */
	struct ipaddr offender; /* who reports the error; unspecified with ERRQ_LOCAL */
	uint32_t info;          /* with LEAT_EMSGSIZE the MTU; otherwise 0 */
	int error;              /* the LEAT_E number */
	uint8_t origin;         /* enum errq_origin */
	uint8_t type, code;     /* of the ICMP message */
};

struct errq {
	struct list waiting;
	uint32_t count;
	size_t charged; /* octets, including the fixed amounts */
};

void errq_init(struct errq *q);

/* Frees all entries. */
void errq_fini(struct errq *q);

/*
 * Adds an error, with a copy of the @len octets at @payload. @room is what is left of SO_RCVBUF.
 * Returns false if the entry does not fit; the drop has been counted.
 */
bool errq_put(struct core *core, struct errq *q, size_t room, const struct dgram_error *e,
    const void *payload, size_t len);

/*
 * Adds an error that the network reported about a datagram sent to @port. The payload begins
 * @header octets after the start of the quoted part. Returns as errq_put().
 */
bool errq_put_report(struct core *core, struct errq *q, size_t room, const struct net_error *report,
    uint16_t port, size_t header);

/*
 * Removes the first entry. Copies up to @len octets of its payload to @buf, and sets *@out to the
 * error. *@full, unless @full is NULL, becomes the payload's length. *@pending is the socket's
 * pending error; it becomes the error of the next report, or 0 after the last one. Returns the
 * octets copied, or -LEAT_EAGAIN if the queue is empty.
 */
ssize_t errq_take(struct errq *q, void *buf, size_t len, struct dgram_error *out, size_t *full, int *pending);

#endif
