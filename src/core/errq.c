/*
 * core/errq.c - a socket's queue of errors about datagrams that it sent (IP_RECVERR in ip(7),
 * IPV6_RECVERR in ipv6(7)). It knows no sockets, and does not decide which errors are wanted.
 */
#include "core/errq.h"

#include "core/core.h"
#include "core/dgram.h"
#include "wire/icmp.h"

#include <stdlib.h>
#include <string.h>

struct errq_entry {
	struct list node;
	struct dgram_error error;
	size_t len;
	uint8_t payload[];
};

void
errq_init(struct errq *q)
{
	list_init(&q->waiting);
	q->count = 0;
	q->charged = 0;
}

static struct errq_entry *
first(const struct errq *q)
{
	return list_first(&q->waiting, struct errq_entry, node);
}

static void
remove_first(struct errq *q)
{
	struct errq_entry *x = first(q);

	list_del(&x->node);
	q->count--;
	q->charged -= x->len + DGRAM_CHARGE;
	free(x);
}

void
errq_fini(struct errq *q)
{
	while (q->count)
		remove_first(q);
}

bool
errq_put(struct core *core, struct errq *q, size_t room, const struct dgram_error *e, const void *payload,
    size_t len)
{
	struct errq_entry *x;

	if (len + DGRAM_CHARGE > room) {
		drop_note(core, NULL, DROP_ERRQ_FULL);
		return false;
	}
	x = malloc(sizeof *x + len);
	if (!x) {
		drop_note(core, NULL, DROP_POOL_EMPTY);
		return false;
	}
	x->error = *e;
	x->len = len;
	if (len)
		memcpy(x->payload, payload, len);
	list_push(&q->waiting, &x->node);
	q->count++;
	q->charged += len + DGRAM_CHARGE;
	return true;
}

bool
errq_put_report(struct core *core, struct errq *q, size_t room, const struct net_error *report, uint16_t port,
    size_t header)
{
	struct dgram_error e = {.peer = {report->remote, port, report->ifindex},
	    .offender = report->reporter,
	    .info = report->kind == NET_ERROR_PMTU ? report->mtu : 0,
	    .error = report->kind == NET_ERROR_PMTU ? LEAT_EMSGSIZE : report->error,
	    .origin = report->v6 ? ERRQ_ICMP6 : ERRQ_ICMP4,
	    .type = report->type,
	    .code = report->code};
	size_t len = report->quoted_len > header ? report->quoted_len - header : 0;

	if (!ipaddr_is_link_local(&report->remote))
		e.peer.ifindex = 0;
	/*
	 * A neighbour did not answer. As on Linux, the error looks like an ICMP message from this
	 * host itself.
	 */
	if (report->own) {
		e.offender = report->local;
		e.origin = ipaddr_is4(&report->remote) ? ERRQ_ICMP4 : ERRQ_ICMP6;
		e.type = ipaddr_is4(&report->remote) ? ICMP4_UNREACH : ICMP6_UNREACH;
		e.code = ipaddr_is4(&report->remote) ? ICMP4_UNREACH_HOST : ICMP6_UNREACH_ADDR;
	}
	return errq_put(core, q, room, &e, len ? report->quoted + header : NULL, len);
}

static bool
is_report(const struct errq_entry *x)
{
	return x && x->error.origin != ERRQ_LOCAL;
}

/*
 * As Linux's sock_dequeue_err_skb(): an error that this host found itself never becomes the pending
 * error, because the call that caused it has already returned it.
 */
ssize_t
errq_take(struct errq *q, void *buf, size_t len, struct dgram_error *out, size_t *full, int *pending)
{
	struct errq_entry *x = first(q);
	bool report = is_report(x);
	size_t n;

	if (!x)
		return -LEAT_EAGAIN;
	n = x->len < len ? x->len : len;
	if (n)
		memcpy(buf, x->payload, n);
	if (full)
		*full = x->len;
	*out = x->error;
	remove_first(q);
	if (is_report(first(q)))
		*pending = first(q)->error.error;
	else if (report)
		*pending = 0;
	return (ssize_t)n;
}
