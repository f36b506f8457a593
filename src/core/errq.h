/*
 * core/errq.h - what was said of datagrams that were sent, kept until their sender asks (IP_RECVERR
 * in ip(7), IPV6_RECVERR in ipv6(7)): the error, who reports it, where the datagram went, and as
 * much of its payload as the report quotes.
 *
 * The queue shares SO_RCVBUF with the datagrams that have arrived, as on Linux, each entry being
 * charged a fixed sum beside its octets. It knows nothing of sockets: whether anybody wants to know
 * is its owner's to decide.
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

/* Who found it, by Linux's numbers (SO_EE_ORIGIN_...). */
enum errq_origin { ERRQ_LOCAL = 1, ERRQ_ICMP4 = 2, ERRQ_ICMP6 = 3, ERRQ_TIMESTAMPING = 4, ERRQ_ZEROCOPY = 5 };

struct dgram_error {
	struct endpoint peer;   /* where the datagram was sent to */
	struct ipaddr offender; /* who says so; unspecified with ERRQ_LOCAL */
	uint32_t info;          /* LEAT_EMSGSIZE: the MTU; otherwise 0 */
	int error;              /* the LEAT_E number */
	uint8_t origin;         /* enum errq_origin */
	uint8_t type, code;     /* of the ICMP message */
};

struct errq {
	struct list waiting;
	uint32_t count;
	size_t charged; /* octets, the fixed sums included */
};

void errq_init(struct errq *q);

/* Frees all that waits. */
void errq_fini(struct errq *q);

/*
 * @len octets at @payload are copied. False, with the drop counted, when they do not fit into
 * @room, what is left of SO_RCVBUF.
 */
bool errq_put(struct core *core, struct errq *q, size_t room, const struct dgram_error *e,
    const void *payload, size_t len);

/*
 * What the network reports, of a datagram sent to @port, whose payload began @header octets behind
 * what is quoted. As errq_put().
 */
bool errq_put_report(struct core *core, struct errq *q, size_t room, const struct net_error *report,
    uint16_t port, size_t header);

/*
 * Take the first off: its payload's octets copied, as much as @len holds, *@full of them there were
 * (may be NULL), *@out the rest. -LEAT_EAGAIN when there is none. *@pending is the socket's error,
 * which goes along: the next report's, none behind the last.
 */
ssize_t errq_take(struct errq *q, void *buf, size_t len, struct dgram_error *out, size_t *full, int *pending);

#endif
