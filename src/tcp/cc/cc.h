/*
 * tcp/cc/cc.h - congestion control: how much may be in the network, and how fast it may go there.
 *
 * An algorithm is a table of operations and CC_PRIV octets of state within struct cc; it sees
 * struct ack_sample and events, and neither connection nor clock. It owns cwnd, ssthresh and
 * pacing_rate. When to retransmit, and what, is not its business: tcp/loss/recovery.h calls it.
 */
#ifndef TCP_CC_CC_H
#define TCP_CC_CC_H

#include "base/nsec.h"
#include "base/seq.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ack_sample;
struct cc;

enum { CC_PRIV = 128 };

#define CC_INFINITE   UINT32_MAX /* ssthresh: not known yet (RFC 5681, 3.1: arbitrarily high) */
#define CC_MAX_WINDOW (1u << 30) /* no window is larger (RFC 7323, 2.3) */
#define CC_UNPACED    UINT64_MAX

/*
 * The numbers of Linux's tcp_ca_state, which TCP_INFO and traces show. 2 would be CWR, but no
 * connection negotiates ECN.
 */
enum ca_state { CA_OPEN = 0, CA_DISORDER = 1, CA_RECOVERY = 3, CA_LOSS = 4 };

struct cc_ops {
	const char *name;
	void (*init)(struct cc *cc, nsec_t now);

	/*
	 * An ACK that delivered something, after loss detection. In CA_RECOVERY loss-based
	 * algorithms leave cwnd alone: recovery governs it.
	 */
	void (*ack)(struct cc *cc, const struct ack_sample *s, enum ca_state state);

	/*
	 * A loss was found with @flight octets outstanding: answer the new
	 * ssthresh. Called once per window.
	 */
	uint32_t (*ssthresh)(struct cc *cc, uint32_t flight, enum ca_state why);

	/* The state is now @state: entered, or left to CA_OPEN. May be NULL. */
	void (*state)(struct cc *cc, enum ca_state state, nsec_t now);

	/*
	 * The last reduction was a mistake. cc.prior_cwnd and prior_ssthresh have been put back
	 * already. May be NULL.
	 */
	void (*undone)(struct cc *cc, nsec_t now);

	/*
	 * The first octets after a pause in which nothing was out leave at @now; the pause lasted
	 * @idle. May be NULL.
	 */
	void (*restart)(struct cc *cc, nsec_t idle, nsec_t rto, nsec_t now);

	/* Governs cwnd in every state by itself (BBR): recovery and PRR keep their hands off */
	bool own_cwnd;
};

struct cc {
	const struct cc_ops *ops;
	uint32_t mss;      /* SMSS, octets: cc_set_mss() */
	uint32_t cwnd;     /* octets */
	uint32_t ssthresh; /* octets; CC_INFINITE at first */
	uint32_t prior_cwnd,
	    prior_ssthresh;   /* before the last reduction, for undo; prior_cwnd 0 = nothing to undo */
	uint64_t pacing_rate; /* octets per second; CC_UNPACED */
	uint32_t used_max;    /* the most that was in flight in this window */
	seq_t used_end;       /* where this window ends */
	/* Cwnd was what held the sender back, lately: only then may it grow (RFC 9293; RFC 7661) */
	bool limited;
	_Alignas(8) uint8_t priv[CC_PRIV];
};

/* The table, ended by NULL. */
extern const struct cc_ops *const cc_table[];

/* By name, or NULL. */
const struct cc_ops *cc_find(const char *name);

/*
 * Begin with the initial window of RFC 6928 for @mss: min(10 MSS, max(2 MSS, 14600)). @iss: the
 * connection's first sequence number.
 */
void cc_init(struct cc *cc, const struct cc_ops *ops, uint32_t mss, seq_t iss, nsec_t now);

/* Another algorithm from here on; cwnd and ssthresh are kept. */
void cc_switch(struct cc *cc, const struct cc_ops *ops, nsec_t now);

/*
 * The handshake agreed on, or the path taught, another SMSS. Before data was sent (@fresh) the
 * window begins anew; else it keeps its octets, and is one segment at least (RFC 5681 counts
 * segments; a smaller MTU is no loss).
 */
void cc_set_mss(struct cc *cc, uint32_t mss, bool fresh);

/*
 * The SYN or SYN-ACK had to be sent again: the window is one segment (RFC 5681, 3.1; RFC 6928, 2).
 */
void cc_syn_was_lost(struct cc *cc);

/*
 * Call after each flush of output: what is in the network (@in_flight), whether it was cwnd that
 * stopped the output (@by_cwnd), and SND.UNA, SND.NXT.
 */
void cc_flushed(struct cc *cc, uint32_t in_flight, bool by_cwnd, seq_t una, seq_t nxt);

/*
 * Data is about to leave and nothing is out: the last transmission was @idle ago. Brings cwnd back
 * to the restart window after an RTO (RFC 5681, 4.1), halving per RTO as Linux does (RFC 2861).
 */
void cc_restart(struct cc *cc, nsec_t idle, nsec_t rto, nsec_t now);

/* May cwnd grow: has it been what held the sender back? For the algorithms. */
bool cc_may_grow(const struct cc *cc);

/* RFC 6928. */
uint32_t cc_initial_window(uint32_t mss);

static inline bool
cc_in_slow_start(const struct cc *cc)
{
	return cc->cwnd < cc->ssthresh;
}

extern const struct cc_ops cc_reno;

#endif
