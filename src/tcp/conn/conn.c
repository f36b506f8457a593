/*
 * tcp/conn/conn.c - the life of a connection: made, changing its state, ended and freed; and the
 * events that report it to the sink.
 */
#include "tcp/conn/conn.h"

#include <assert.h>
#include <stdlib.h>

enum {
	SNDBUF_BEGIN = 87040,
	RCVBUF_BEGIN = 131072
}; /* Linux's tcp_wmem, as it is after the handshake, and tcp_rmem */

static void
emit_names(struct tcp_conn *c, enum event_kind kind, uint8_t from, uint8_t to, int error, const void *info)
{
	struct core *core = c->tcp->core;
	struct event e;

	if (!sink_wants(core->sink, kind))
		return;
	e = (struct event){.kind = kind,
	    .tcp = {.flow = c->number,
		.local = c->flow.local,
		.remote = c->flow.remote,
		.from = from,
		.to = to,
		.error = error,
		.passive = c->passive,
		.info = info}};
	core_emit(core, &e);
}

void
tcp_emit_close(struct tcp_conn *c, int error)
{
	struct leat_tcp_info info;

	if (!sink_wants(c->tcp->core->sink, EVENT_TCP_CLOSE))
		return;
	tcp_info(c, &info);
	emit_names(c, EVENT_TCP_CLOSE, c->state, c->state, error, &info);
}

void
tcp_emit_cc(struct tcp_conn *c, const char *cause)
{
	struct core *core = c->tcp->core;
	struct event e = {.kind = EVENT_TCP_CC,
	    .tcp_cc = {.flow = c->number,
		.cwnd = c->cc.cwnd,
		.ssthresh = c->cc.ssthresh,
		.in_flight = txq_pipe(&c->snd.txq),
		.ca_state = (uint8_t)c->recovery.state,
		.cause = cause}};

	if (sink_wants(core->sink, EVENT_TCP_CC))
		core_emit(core, &e);
}

void
tcp_emit_retx(struct tcp_conn *c, seq_t seq, uint32_t len, enum pkt_why why)
{
	struct core *core = c->tcp->core;
	struct event e = {.kind = EVENT_TCP_RETX,
	    .tcp_retx = {.flow = c->number, .seq = seq, .len = len, .why = (uint8_t)why}};

	if (sink_wants(core->sink, EVENT_TCP_RETX))
		core_emit(core, &e);
}

void
tcp_set_state(struct tcp_conn *c, enum leat_tcp_state state)
{
	uint8_t from = c->state;

	if (from == state)
		return;
	c->state = (uint8_t)state;
	emit_names(c, EVENT_TCP_STATE, from, (uint8_t)state, 0, NULL);
}

/* Sets up the buffers as the options say. */
static void
init_buffers(struct tcp_conn *c)
{
	const struct tcp_opts *o = &c->opts;
	const struct tcp_limits *lim = &c->tcp->limits;

	sndbuf_init(&c->snd.buf, c->tcp->core->pool, o->sndbuf ? o->sndbuf : SNDBUF_BEGIN, lim->sndbuf_max,
	    o->sndbuf != 0);
	rcvbuf_init(&c->rcv.buf, o->rcvbuf ? o->rcvbuf : RCVBUF_BEGIN, lim->rcvbuf_max, o->rcvbuf != 0);
	rcvbuf_clamp(&c->rcv.buf, o->window_clamp);
	c->rcv.shift = (uint8_t)rcvbuf_scale(&c->rcv.buf);
}

/* Sets the initial sequence number. Only before anything has been sent. */
void
tcp_set_iss(struct tcp_conn *c, seq_t iss)
{
	c->snd.iss = c->snd.una = c->snd.nxt = iss;
	c->snd.up = c->snd.sml = c->snd.push = iss;
	txq_init(&c->snd.txq, &c->tcp->conns.records, iss + 1);
}

struct tcp_conn *
tcp_conn_new(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote, uint64_t hash,
    const struct tcp_opts *opts, const struct path *path)
{
	struct tcp_origin origin = tcp_origin(&tcp->isn_key, tcp->core->now, local, remote);
	struct tcp_conn *c;
	const struct cc_ops *cc = cc_find(opts->cc);

	if (tcp->conns.count >= tcp->limits.conns)
		return NULL;
	if (tcp->conns.count + tcp->time_wait.count >=
	    tcp->limits.conns) /* the oldest TIME-WAIT makes room */
		tcp_time_wait_free(tcp, list_first(&tcp->time_wait.all, struct tcp_tw, node));
	c = slab_take(&tcp->conns.slab);
	if (!c)
		return NULL;
	c->flow.local = *local;
	c->flow.remote = *remote;
	c->flow.share = tcp_share(opts);
	if (tcp_flow_add(&tcp->flows, &c->flow, hash)) {
		slab_give(&tcp->conns.slab, c);
		return NULL;
	}
	c->tcp = tcp;
	c->opts = *opts;
	c->passive = !path;
	if (path)
		c->path.cache = (struct path_cache){.generation = route_generation(tcp->core), .path = *path};
	c->state = LEAT_TCP_CLOSED;
	c->number = tcp->core->next_flow++;
	c->when.opened = c->when.last_sent = c->when.last_rcvd = c->snd.chrono.since = tcp_now(c);
	list_init(&c->dirty);
	list_init(&c->child.link);
	list_init(&c->user.subscriber.node);
	timers_init(c);
	init_buffers(c);
	reass_init(&c->rcv.reass);
	rto_init(&c->rto);
	tcp_set_iss(c, origin.iss);
	c->ts.offset = origin.ts_offset;
	c->agreed.peer_mss = ipaddr_is4(&remote->addr) ? TCP_MSS_DEFAULT4 : TCP_MSS_DEFAULT6;
	c->rcv.quick_left = opts->quickack < 0 ? 0 : TCP_QUICK_ACKS;
	c->rcv.mss = c->agreed.peer_mss;
	tcp_sync_mss(c);
	cc_init(&c->cc, cc ? cc : cc_default(), c->snd.mss, c->snd.iss);
	list_push(&tcp->conns.all, &c->all);
	tcp->conns.count++;
	emit_names(c, EVENT_TCP_OPEN, LEAT_TCP_CLOSED, LEAT_TCP_CLOSED, 0, NULL);
	return c;
}

/* Removes @c from the table and stops its timers. It stays until its user closes it. */
static void
leave_table(struct tcp_conn *c)
{
	if (c->ended)
		return;
	c->ended = true;
	chrono_switch(&c->snd.chrono, CHRONO_IDLE, tcp_now(c));
	timers_cancel(c);
	tcp_flow_remove(&c->tcp->flows, &c->flow);
}

/* Frees all queues except the data that arrived in order, which the user may still read. */
static void
detach(struct tcp_conn *c)
{
	leave_table(c);
	if (c->emptied)
		return;
	c->emptied = true;
	tcp_child_forget_deferred(c);
	reass_fini(&c->rcv.reass);
	sndbuf_end(&c->snd.buf);
	txq_fini(&c->snd.txq);
}

void
tcp_conn_free(struct tcp_conn *c)
{
	detach(c);
	tcp_child_leave_queue(c);
	sndbuf_fini(&c->snd.buf);
	rcvbuf_fini(&c->rcv.buf);
	list_del(&c->dirty);
	list_del(&c->user.subscriber.node);
	list_del(&c->all);
	c->tcp->conns.count--;
	slab_give(&c->tcp->conns.slab, c);
}

/*
 * The segment being processed, or the flush, may still use the connection, so its queues are freed
 * in the flush (WANT_SETTLE). A child in the accept queue stays there: as on Linux, its user
 * accepts it and finds it ended. A child in the SYN queue is freed without an event.
 */
void
tcp_end(struct tcp_conn *c, int error)
{
	if (c->state == LEAT_TCP_CLOSED)
		return;
	tcp_set_state(c, LEAT_TCP_CLOSED);
	tcp_emit_close(c, error);
	leave_table(c);
	if (error) {
		c->user.error = error;
		tcp_notify(c, TCP_EVENT_ERROR);
	}
	tcp_notify(c, TCP_EVENT_CLOSED | TCP_EVENT_READABLE | TCP_EVENT_WRITABLE);
	if (c->child.queue == QUEUE_SYN) {
		tcp_child_leave_queue(c);
		c->user.closed = true;
	}
	tcp_want(c, WANT_SETTLE);
}

void
tcp_end_with_reset(struct tcp_conn *c, int error)
{
	if (c->state == LEAT_TCP_CLOSED)
		return;
	tcp_want(c, WANT_RST);
	tcp_end(c, error);
}

/*
 * Ends the flush: a connection that has ended leaves the table, and is freed if no user holds it.
 */
void
tcp_settle(struct tcp_conn *c)
{
	if (c->state == LEAT_TCP_TIME_WAIT && !c->ended) {
		tcp_emit_close(c, 0);
		tcp_time_wait_enter(c);
		leave_table(c);
		tcp_notify(c, TCP_EVENT_CLOSED);
	}
	detach(c);
	if (c->user.closed)
		tcp_conn_free(c);
}
