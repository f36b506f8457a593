/*
 * run/dgram/report.c - makes the reports about sent datagrams, and keeps them until the program
 * takes them.
 */
#include "run/dgram/report.h"

#include "wire/eth.h"
#include "wire/ip.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/udp.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* REPORTS_MOST: how many may wait. Linux bounds them by SO_RCVBUF. */
enum { REPORTS_MOST = 256, HEADERS_MOST = ETH_HDR_LEN + IP6_HDR_LEN + UDP_HDR_LEN, TTL = 64 };

struct dgram_report {
	struct list node;
	struct queued_error queued;
	size_t len;
	uint8_t payload[];
};

void
dgram_report_options(struct dgram_rec *d)
{
	uint32_t before = d->reports.stamping;
	int on = 0;
	size_t len = sizeof d->reports.stamping;

	if (sock_getopt(d->rec.sk, SOL_SOCKET, SO_TIMESTAMPING, &d->reports.stamping, &len))
		d->reports.stamping = 0;
	if (d->reports.stamping & ~before & SOF_TIMESTAMPING_OPT_ID)
		d->reports.next_stamp = 0;
	len = sizeof on;
	d->reports.zerocopy = sock_getopt(d->rec.sk, SOL_SOCKET, SO_ZEROCOPY, &on, &len) == 0 && on;
}

struct dgram_wish
dgram_report_wish(const struct dgram_rec *d)
{
	return (struct dgram_wish){.stamping = d->reports.stamping};
}

/*
 * Returns true if there is room for a report of @len octets. Linux counts reports against SO_RCVBUF
 * too.
 */
static bool
has_room(const struct dgram_rec *d, size_t len)
{
	int most = 0;
	size_t most_len = sizeof most;

	if (d->reports.count == 0)
		return true;
	sock_getopt(d->rec.sk, SOL_SOCKET, SO_RCVBUF, &most, &most_len);
	return d->reports.count < REPORTS_MOST && d->reports.octets + len <= (size_t)most;
}

static void
add(struct dgram_rec *d, const struct queued_error *queued, const void *head, size_t head_len,
    const void *buf, size_t len)
{
	struct dgram_report *r;

	if (!has_room(d, head_len + len)) {
		drop_note(d->rec.recs->core, NULL, DROP_ERRQ_FULL);
		return;
	}
	r = malloc(sizeof *r + head_len + len);
	if (!r)
		return;
	r->queued = *queued;
	r->len = head_len + len;
	if (head_len)
		memcpy(r->payload, head, head_len);
	if (len)
		memcpy(r->payload + head_len, buf, len);
	list_push(&d->reports.waiting, &r->node);
	d->reports.count++;
	d->reports.octets += r->len;
}

/*
 * Writes the headers of a sent datagram of @len octets, as Linux returns them. The link addresses
 * are 0, for they are not known here. Returns the length.
 */
static size_t
headers_put(uint8_t *h, const struct endpoint *from, const struct endpoint *to, size_t len)
{
	uint16_t udp_len = (uint16_t)(len + UDP_HDR_LEN);
	bool v4 = ipaddr_is4(&to->addr);
	size_t ip_len = v4 ? IP4_HDR_LEN : IP6_HDR_LEN;

	memset(h, 0, ETH_HDR_LEN);
	be16_put(h + ETH_HDR_LEN - 2, v4 ? ETH_TYPE_IP4 : ETH_TYPE_IP6);
	h += ETH_HDR_LEN;
	if (v4)
		ip4_put_summed(h, 0, (uint16_t)(udp_len + IP4_HDR_LEN), 0, IP4_DF, TTL, IP_PROTO_UDP,
		    &from->addr, &to->addr);
	else
		ip6_put(h, 0, 0, udp_len, IP_PROTO_UDP, TTL, &from->addr, &to->addr);
	udp_put(h + ip_len, from->port, to->port, udp_len);
	return ETH_HDR_LEN + ip_len + UDP_HDR_LEN;
}

struct sent {
	const void *buf;
	size_t len, head_len;
	struct ipaddr from;
	uint8_t head[HEADERS_MOST];
};

static void
report_stamp(struct dgram_rec *d, uint32_t kind, uint32_t id, const struct sent *s)
{
	bool alone = d->reports.stamping & SOF_TIMESTAMPING_OPT_TSONLY;
	struct queued_error queued = {.error = {.info = kind, .error = ENOMSG, .origin = ERRQ_TIMESTAMPING},
	    .data = id,
	    .stamped = d->reports.stamping & SOF_TIMESTAMPING_SOFTWARE};

	if (!alone)
		queued.error.offender = s->from;
	clock_gettime(CLOCK_REALTIME, &queued.at);
	add(d, &queued, s->head, alone ? 0 : s->head_len, s->buf, alone ? 0 : s->len);
}

static void
report_stamps(struct dgram_rec *d, uint32_t wish, const struct sent *s)
{
	uint32_t id = d->reports.stamping & SOF_TIMESTAMPING_OPT_ID ? d->reports.next_stamp++ : 0;

	if (wish & SOF_TIMESTAMPING_TX_SCHED)
		report_stamp(d, SCM_TSTAMP_SCHED, id, s);
	if (wish & SOF_TIMESTAMPING_TX_SOFTWARE)
		report_stamp(d, SCM_TSTAMP_SND, id, s);
}

/*
 * Reports that the octets of one more call have been copied. One report covers consecutive calls.
 */
static void
report_copied(struct dgram_rec *d)
{
	struct dgram_report *last = list_last(&d->reports.waiting, struct dgram_report, node);
	uint32_t id = d->reports.next_copy++;
	struct queued_error queued = {
	    .error = {.info = id, .origin = ERRQ_ZEROCOPY, .code = SO_EE_CODE_ZEROCOPY_COPIED}, .data = id};

	if (last && last->queued.error.origin == ERRQ_ZEROCOPY && last->queued.data + 1 == id)
		last->queued.data = id;
	else
		add(d, &queued, NULL, 0, NULL, 0);
}

void
dgram_report_sent(struct dgram_rec *d, const struct dgram_wish *wish, struct sock *sk,
    const struct endpoint *peer, const void *buf, size_t len)
{
	uint32_t stamping = wish->stamping & (SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_SCHED);
	struct sent s = {.buf = buf, .len = len};
	struct endpoint from, to;

	if (stamping) {
		if (peer)
			to = *peer;
		else
			sock_remote(sk, &to);
		sock_local(sk, &from);
		s.from = from.addr;
		s.head_len = headers_put(s.head, &from, &to, len);
		report_stamps(d, stamping, &s);
	}
	if (wish->zerocopy && d->reports.zerocopy)
		report_copied(d);
}

ssize_t
dgram_report_take(struct dgram_rec *d, void *buf, size_t len, struct queued_error *out, size_t *full)
{
	struct dgram_report *r = list_first(&d->reports.waiting, struct dgram_report, node);
	size_t n;

	if (!r)
		return -LEAT_EAGAIN;
	n = r->len < len ? r->len : len;
	memcpy(buf, r->payload, n);
	*full = r->len;
	*out = r->queued;
	list_del(&r->node);
	d->reports.count--;
	d->reports.octets -= r->len;
	free(r);
	return (ssize_t)n;
}

void
dgram_report_forget(struct dgram_rec *d)
{
	struct list *n;

	while ((n = list_pop(&d->reports.waiting)))
		free(container_of(n, struct dgram_report, node));
	d->reports.count = 0;
	d->reports.octets = 0;
}
