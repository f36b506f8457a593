/*
 * cli/report/conns.c - keeps one record for each TCP connection over the link, and updates it from
 * the events of both stacks. It prints nothing.
 */
#include "cli/report/conns.h"

#include <stdlib.h>
#include <string.h>

struct conn_names {
	struct endpoint program, far;
};

static bool
endpoint_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && ipaddr_eq(&a->addr, &b->addr);
}

static bool
names_eq(const struct table_node *node, const void *key)
{
	const struct conn *c = container_of(node, const struct conn, by_name);
	const struct conn_names *n = key;

	return endpoint_same(&c->program, &n->program) && endpoint_same(&c->far, &n->far);
}

static bool
flow_eq(const struct table_node *node, const void *key)
{
	return container_of(node, const struct conn_end, by_flow)->flow == *(const uint64_t *)key;
}

static uint64_t
names_hash(const struct conns *c, const struct endpoint *program, const struct endpoint *far)
{
	const uint64_t words[] = {program->addr.w[0], program->addr.w[1], far->addr.w[0], far->addr.w[1],
	    (uint64_t)program->port << 16 | far->port};

	return table_hash(&c->names, words, 5);
}

int
conns_init(struct conns *c)
{
	/*
	 * The key need not be secret, because the table is bounded: colliding names cannot cost
	 * much.
	 */
	const struct siphash_key key = {{0x6c656174, 0x636f6e6e}};
	int err;

	memset(c, 0, sizeof *c);
	list_init(&c->list);
	err = table_init(&c->names, &key);
	if (err)
		return err;
	err = table_init(&c->flows[0], &key);
	if (err)
		goto no_flows0;
	err = table_init(&c->flows[1], &key);
	if (err)
		goto no_flows1;
	return 0;
no_flows1:
	table_fini(&c->flows[0]);
no_flows0:
	table_fini(&c->names);
	return err;
}

void
conns_fini(struct conns *c)
{
	list_each_safe(n, &c->list)
		free(container_of(n, struct conn, node));
	table_fini(&c->names);
	table_fini(&c->flows[0]);
	table_fini(&c->flows[1]);
}

struct conn *
conns_by_name(const struct conns *c, const struct endpoint *program, const struct endpoint *far)
{
	const struct conn_names key = {*program, *far};
	struct table_node *node = table_find(&c->names, names_hash(c, program, far), &key, names_eq);

	return node ? container_of(node, struct conn, by_name) : NULL;
}

struct conn *
conns_find(const struct conns *c, unsigned end, uint64_t flow)
{
	struct table_node *node =
	    table_find(&c->flows[end], table_hash(&c->flows[end], &flow, 1), &flow, flow_eq);

	return node ? container_of(node, struct conn_end, by_flow)->conn : NULL;
}

static struct conn *
new_conn(struct conns *c, const struct endpoint *program, const struct endpoint *far, nsec_t now)
{
	struct conn *conn = c->names.count < CONNS_MAX ? calloc(1, sizeof *conn) : NULL;

	c->total++;
	if (!conn) {
		c->forgotten++;
		return NULL;
	}
	conn->program = *program;
	conn->far = *far;
	conn->opened = now;
	conn->established = conn->closed = -1;
	list_push(&c->list, &conn->node);
	table_insert(&c->names, &conn->by_name, names_hash(c, program, far));
	return conn;
}

/*
 * Finds or makes the record of a new flow at @end. It may be the other half of a record that
 * exists. Returns NULL if there is no room.
 */
static struct conn *
open_flow(struct conns *c, unsigned end, const struct event *e)
{
	const struct endpoint *program = end == END_PROGRAM ? &e->tcp.local : &e->tcp.remote;
	const struct endpoint *far = end == END_PROGRAM ? &e->tcp.remote : &e->tcp.local;
	struct conn *conn = conns_by_name(c, program, far);

	/*
	 * The names are used again. The older record stays in the list, but is no longer found by
	 * name.
	 */
	if (conn && conn->end[end].flow) {
		table_remove(&c->names, &conn->by_name);
		conn = NULL;
	}
	if (!conn)
		conn = new_conn(c, program, far, e->when);
	if (!conn)
		return NULL;
	conn->end[end].conn = conn;
	conn->end[end].flow = e->tcp.flow;
	conn->end[end].passive = e->tcp.passive;
	table_insert(&c->flows[end], &conn->end[end].by_flow, table_hash(&c->flows[end], &e->tcp.flow, 1));
	return conn;
}

static void
note_state(struct conn_end *end, uint8_t state)
{
	if (end->npath && end->path[end->npath - 1] == state)
		return;
	if (end->npath == CONN_PATH) {
		end->path_cut = true;
		end->path[CONN_PATH - 1] = state;
		return;
	}
	end->path[end->npath++] = state;
}

static void
state_event(struct conn *conn, struct conn_end *end, const struct event *e)
{
	if (end->npath == 0)
		note_state(end, e->tcp.from);
	note_state(end, e->tcp.to);
	/* For the end that connects, the handshake is over when that end is established. */
	if (e->tcp.to == LEAT_TCP_ESTABLISHED && !end->passive && conn->established < 0)
		conn->established = e->when;
}

static void
close_event(struct conn *conn, struct conn_end *end, const struct event *e)
{
	end->closed = true;
	end->error = e->tcp.error;
	conn->closed = e->when;
	if (e->tcp.info) {
		end->info = *(const struct leat_tcp_info *)e->tcp.info;
		end->has_info = true;
	}
}

static void
rtt_event(struct conn_end *end, const struct event *e)
{
	end->srtt = e->tcp_rtt.srtt;
	end->rttvar = e->tcp_rtt.rttvar;
	end->rto = e->tcp_rtt.rto;
	if (!end->rtts || e->tcp_rtt.rtt < end->rtt_min)
		end->rtt_min = e->tcp_rtt.rtt;
	end->rtts++;
}

/* Returns the flow that an event is about, or 0. */
static uint64_t
event_flow(const struct event *e)
{
	switch (e->kind) {
	case EVENT_TCP_OPEN:
	case EVENT_TCP_STATE:
	case EVENT_TCP_CLOSE:
		return e->tcp.flow;
	case EVENT_TCP_RTT:
		return e->tcp_rtt.flow;
	case EVENT_TCP_CC:
		return e->tcp_cc.flow;
	case EVENT_TCP_RETX:
		return e->tcp_retx.flow;
	default:
		return 0;
	}
}

void
conns_event(struct conns *c, unsigned at, const struct event *e)
{
	uint64_t flow = event_flow(e);
	struct conn *conn;
	struct conn_end *end;

	if (!flow)
		return;
	conn = conns_find(c, at, flow);
	if (!conn && (e->kind == EVENT_TCP_OPEN || e->kind == EVENT_TCP_STATE))
		conn = open_flow(c, at, e);
	if (!conn)
		return;
	end = &conn->end[at];
	switch (e->kind) {
	case EVENT_TCP_STATE:
		state_event(conn, end, e);
		break;
	case EVENT_TCP_RTT:
		rtt_event(end, e);
		break;
	case EVENT_TCP_CC:
		end->cwnd = e->tcp_cc.cwnd;
		end->ssthresh = e->tcp_cc.ssthresh;
		break;
	case EVENT_TCP_RETX:
		if (e->tcp_retx.why < PKT_WHY_COUNT)
			end->retx[e->tcp_retx.why]++;
		end->retx_octets += e->tcp_retx.len;
		break;
	case EVENT_TCP_CLOSE:
		close_event(conn, end, e);
		break;
	default:
		break;
	}
}

const char *
conn_state_name(uint8_t state)
{
	static const char *const names[] = {[0] = "CLOSED",
	    [LEAT_TCP_ESTABLISHED] = "ESTABLISHED",
	    [LEAT_TCP_SYN_SENT] = "SYN-SENT",
	    [LEAT_TCP_SYN_RECEIVED] = "SYN-RECEIVED",
	    [LEAT_TCP_FIN_WAIT_1] = "FIN-WAIT-1",
	    [LEAT_TCP_FIN_WAIT_2] = "FIN-WAIT-2",
	    [LEAT_TCP_TIME_WAIT] = "TIME-WAIT",
	    [LEAT_TCP_CLOSED] = "CLOSED",
	    [LEAT_TCP_CLOSE_WAIT] = "CLOSE-WAIT",
	    [LEAT_TCP_LAST_ACK] = "LAST-ACK",
	    [LEAT_TCP_LISTEN] = "LISTEN",
	    [LEAT_TCP_CLOSING] = "CLOSING"};

	return state < sizeof names / sizeof *names && names[state] ? names[state] : "?";
}
