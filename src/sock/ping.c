/*
 * sock/ping.c - ICMP echo sockets (icmp(7)): sends echo requests, and queues the replies and errors
 * of each identifier (RFC 792; RFC 4443, 4). It does not answer requests of other hosts.
 */
#include "sock/ping.h"

#include "core/core.h"
#include "wire/checksum.h"
#include "wire/icmp.h"
#include "wire/ip.h"

#include <stdlib.h>

struct ping {
	struct pings *pings;
	struct table_node node;
	bool v6;
	uint16_t id; /* 0: none yet, and not in the table */
	struct ipaddr peer;
	struct dgram_queue queue;
	struct errq errors;
	size_t rcvbuf; /* of both queues together */
	void (*changed)(void *user);
	void *user;
	int error;
	bool recverr, shut_recv, shut_send;
};

struct ping_key {
	bool v6;
	uint16_t id;
};

static uint64_t
ping_hash(const struct pings *p, struct ping_key k)
{
	uint64_t word = (uint64_t)k.v6 << 16 | k.id;

	return table_hash(&p->table, &word, 1);
}

static bool
ping_eq(const struct table_node *node, const void *key)
{
	const struct ping *g = container_of(node, const struct ping, node);
	const struct ping_key *k = key;

	return g->v6 == k->v6 && g->id == k->id;
}

static struct ping *
ping_find(struct pings *p, bool v6, uint16_t id)
{
	struct ping_key k = {v6, id};
	struct table_node *n = table_find(&p->table, ping_hash(p, k), &k, ping_eq);

	return n ? container_of(n, struct ping, node) : NULL;
}

/* Takes an echo reply. Its data begins at the ICMP header, and its checksum has been verified. */
static void
ping_input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	struct pings *p = self;
	struct dgram_names names = {{rx->src, 0, 0}, {rx->dst, 0, rx->iface->index}, rx->ttl, rx->tos};
	struct ping *g = NULL;

	if (pkt_need(pkt, ICMP_HDR_LEN))
		g = ping_find(p, rx->proto == IP_PROTO_ICMP6, icmp_echo_id(pkt->data));
	if (!g || (!ipaddr_is_any(&g->peer) && !ipaddr_eq(&g->peer, &rx->src))) {
		pkt_drop(p->core, pkt, DROP_ICMP_NO_FLOW);
		return;
	}
	g->queue.limit = g->rcvbuf > g->errors.charged ? g->rcvbuf - g->errors.charged : 0;
	if (dgram_enqueue(p->core, &g->queue, pkt, &names))
		g->changed(g->user);
}

static size_t
ping_room(const struct ping *g)
{
	size_t used = g->queue.charged + g->errors.charged;

	return used < g->rcvbuf ? g->rcvbuf - used : 0;
}

static bool
ping_error(void *self, const struct net_error *e)
{
	struct pings *p = self;
	struct ping *g = NULL;

	if (e->quoted_len >= ICMP_HDR_LEN)
		g = ping_find(p, !ipaddr_is4(&e->remote), icmp_echo_id(e->quoted));
	if (!g)
		return false;
	if (!g->recverr && (e->kind != NET_ERROR_HARD || !ipaddr_eq(&g->peer, &e->remote)))
		return true;
	if (g->recverr)
		errq_put_report(p->core, &g->errors, ping_room(g), e, 0, 0);
	g->error = e->kind == NET_ERROR_PMTU ? LEAT_EMSGSIZE : e->error;
	g->changed(g->user);
	return true;
}

static const struct transport_ops PING_OPS = {ping_input, ping_error};

int
pings_init(struct pings *p, struct core *core)
{
	p->core = core;
	core_register_ping(core, &PING_OPS, p);
	return table_init(&p->table, &core->secret);
}

void
pings_fini(struct pings *p)
{
	table_fini(&p->table);
}

struct ping *
ping_open(struct pings *p, bool v6, size_t rcvbuf, void (*changed)(void *user), void *user)
{
	struct ping *g = calloc(1, sizeof *g);

	if (!g)
		return NULL;
	g->pings = p;
	g->v6 = v6;
	g->changed = changed;
	g->user = user;
	g->rcvbuf = rcvbuf;
	dgram_queue_init(&g->queue, rcvbuf);
	errq_init(&g->errors);
	return g;
}

void
ping_close(struct ping *g)
{
	ping_bind(g, 0);
	dgram_queue_fini(&g->queue);
	errq_fini(&g->errors);
	free(g);
}

void
ping_bind(struct ping *g, uint16_t id)
{
	struct table *t = &g->pings->table;

	if (g->id)
		table_remove(t, &g->node);
	g->id = id;
	if (id)
		table_insert(t, &g->node, ping_hash(g->pings, (struct ping_key){g->v6, id}));
}

void
ping_connect(struct ping *g, const struct ipaddr *peer)
{
	g->peer = *peer;
}

/*
 * Copies the user's message and writes our identifier and checksum. Returns NULL if the pool is
 * empty.
 */
static struct pkt *
build(const struct ping *g, const uint8_t *msg, size_t len, const struct ip_tx *ip)
{
	struct pkt *p = pkt_new(g->pings->core->pool);
	uint16_t sum = 0;
	uint8_t *h;

	if (!p)
		return NULL;
	if (len > ICMP_HDR_LEN && !pkt_append_bytes(p, msg + ICMP_HDR_LEN, len - ICMP_HDR_LEN)) {
		pkt_free(p);
		return NULL;
	}
	h = pkt_push(p, ICMP_HDR_LEN);
	memcpy(h, msg, ICMP_HDR_LEN);
	be16_put(h + ICMP_ECHO_ID, g->id);
	be16_put(h + ICMP_SUM, 0);
	if (g->v6)
		sum = checksum_pseudo(&ip->src, &ip->dst, IP_PROTO_ICMP6, (uint32_t)len);
	checksum_put(h + ICMP_SUM, pkt_sum_range(p, 0, (uint32_t)len, sum));
	p->l4 = h;
	p->sum = PKT_SUM_VALID;
	return p;
}

ssize_t
ping_send(struct ping *g, const void *buf, size_t len, const struct ip_tx *ip)
{
	const uint8_t *msg = buf;
	struct pkt *p;
	int err = ping_take_error(g);

	if (err)
		return -err;
	if (g->shut_send)
		return -LEAT_EPIPE;
	if (len < ICMP_HDR_LEN || icmp_type(msg) != (g->v6 ? ICMP6_ECHO : ICMP4_ECHO) || icmp_code(msg) != 0)
		return -LEAT_EINVAL;
	if (len > PKT_SUPER_MAX - 20)
		return -LEAT_EMSGSIZE;
	p = build(g, msg, len, ip);
	if (!p) {
		drop_note(g->pings->core, NULL, DROP_POOL_EMPTY);
		return -LEAT_ENOBUFS;
	}
	err = core_output(g->pings->core, p, ip);
	return err ? err : (ssize_t)len;
}

ssize_t
ping_recv(struct ping *g, void *buf, size_t len, bool peek, struct dgram_names *names, size_t *full)
{
	ssize_t n;
	int err = ping_take_error(g);

	if (err)
		return -err;
	n = dgram_read(&g->queue, buf, len, peek, names, full);
	return n == -LEAT_EAGAIN && g->shut_recv ? 0 : n;
}

ssize_t
ping_recv_error(struct ping *g, void *buf, size_t len, struct dgram_error *out, size_t *full)
{
	return errq_take(&g->errors, buf, len, out, full, &g->error);
}

void
ping_forget_errors(struct ping *g)
{
	errq_fini(&g->errors);
}

void
ping_shutdown(struct ping *g, bool recv, bool send)
{
	g->shut_recv |= recv;
	g->shut_send |= send;
	g->changed(g->user);
}

unsigned
ping_ready(const struct ping *g)
{
	unsigned mask = LEAT_OUT;

	if (g->error || g->errors.count)
		mask |= LEAT_ERR;
	if (g->shut_recv)
		mask |= LEAT_RDHUP | LEAT_IN;
	if (g->shut_recv && g->shut_send)
		mask |= LEAT_HUP;
	if (g->queue.count)
		mask |= LEAT_IN;
	return mask;
}

size_t
ping_unread(const struct ping *g)
{
	return dgram_first_len(&g->queue);
}

int
ping_take_error(struct ping *g)
{
	int err = g->error;

	g->error = 0;
	return err;
}

void
ping_set_rcvbuf(struct ping *g, size_t rcvbuf)
{
	g->rcvbuf = rcvbuf;
}

void
ping_set_recverr(struct ping *g, bool on)
{
	g->recverr = on;
}
