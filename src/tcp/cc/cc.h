/*
 * tcp/cc/cc.h - congestion control: how much may be in flight, and how fast it may be sent.
 *
 * An algorithm is a table of operations with CC_PRIV octets of state in struct cc. It sees struct
 * ack_sample and events, and knows neither connection nor clock. It owns cwnd, ssthresh and
 * pacing_rate. What is retransmitted, and when, is decided in tcp/loss/recovery.h, which calls it.
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

enum { CC_PRIV = 128, CC_INFO_MAX = 20 /* Linux's union tcp_cc_info */ };

#define CC_INFINITE   UINT32_MAX /* ssthresh before the first loss (RFC 5681, 3.1: arbitrarily high) */
#define CC_MAX_WINDOW (1u << 30) /* no window is larger (RFC 7323, 2.3) */
#define CC_UNPACED    UINT64_MAX

/*
 * The numbers are those of Linux's tcp_ca_state, which TCP_INFO and traces show. 2 would be CWR,
 * but no connection negotiates ECN.
 */
enum ca_state { CA_OPEN = 0, CA_DISORDER = 1, CA_RECOVERY = 3, CA_LOSS = 4 };

/* What is known when an algorithm begins. */
struct cc_start {
	nsec_t now;
	nsec_t srtt, min_rtt; /* as in struct ack_sample */
};

struct cc_ops {
	const char *name;

	/*
	 * The handshake is over, or the connection changes to this algorithm: @at has the first
	 * round trip, or those since. priv is zero, and cwnd and ssthresh are set. No other
	 * operation is called before. May be NULL.
	 */
	void (*init)(struct cc *cc, const struct cc_start *at);

	/*
	 * An ACK delivered something. Called after loss detection. In CA_RECOVERY only an algorithm
	 * with own_cwnd may change cwnd.
	 */
	void (*ack)(struct cc *cc, const struct ack_sample *s, enum ca_state state);

	/*
	 * A timer found @octets lost, so no sample counts them. In CA_LOSS already. May be NULL.
	 */
	void (*lost)(struct cc *cc, uint32_t octets, nsec_t now);

	/*
	 * A loss was found with @flight octets outstanding; @why is CA_RECOVERY or CA_LOSS. Returns
	 * the new ssthresh. Called once per window.
	 */
	uint32_t (*ssthresh)(struct cc *cc, uint32_t flight, enum ca_state why);

	/*
	 * The state is now @state: CA_RECOVERY or CA_LOSS begins, or CA_OPEN after it. May be NULL.
	 */
	void (*state)(struct cc *cc, enum ca_state state, nsec_t now);

	/*
	 * The last reduction was a mistake, and cwnd and ssthresh have been restored. May be NULL.
	 */
	void (*undone)(struct cc *cc, nsec_t now);

	/* Data is about to leave after @idle with nothing outstanding. May be NULL. */
	void (*restart)(struct cc *cc, nsec_t idle, nsec_t rto, nsec_t now);

	/*
	 * Writes what Linux reports of this algorithm, in its layout (union tcp_cc_info of
	 * linux/inet_diag.h: TCP_CC_INFO, and ss). Returns how many octets. May be NULL: none.
	 */
	size_t (*info)(const struct cc *cc, uint8_t out[CC_INFO_MAX]);

	/* the algorithm sets cwnd in every state (as BBR does): recovery leaves it alone */
	bool own_cwnd;
};

struct cc {
	const struct cc_ops *ops;
	uint32_t mss;      /* SMSS, octets; see cc_set_mss() */
	uint32_t cwnd;     /* octets */
	uint32_t ssthresh; /* octets; CC_INFINITE at first */
	uint32_t prior_cwnd,
	    prior_ssthresh;   /* before the last reduction, for undo; prior_cwnd 0: nothing to undo */
	uint64_t pacing_rate; /* octets per second; CC_UNPACED */
	uint32_t used_max;    /* the most octets that were in flight in this window */
	seq_t used_end;       /* sequence number at which this window ends */
	/* Recently, cwnd was what limited the sender: only then may it grow (RFC 7661) */
	bool limited;
	bool started; /* ops->init has been called */
	_Alignas(8) uint8_t priv[CC_PRIV];
};

/* All algorithms, the default first; the last entry is NULL. */
extern const struct cc_ops *const cc_table[];

/* Returns the algorithm of that name, or NULL. */
const struct cc_ops *cc_find(const char *name);

/* The algorithm of a connection whose user has chosen none. */
static inline const struct cc_ops *
cc_default(void)
{
	return cc_table[0];
}

/*
 * Sets the initial window of RFC 6928 for @mss: min(10 MSS, max(2 MSS, 14600)). @iss is the
 * connection's initial sequence number. The algorithm begins with cc_start().
 */
void cc_init(struct cc *cc, const struct cc_ops *ops, uint32_t mss, seq_t iss);

/* The handshake is over: the algorithm begins. */
void cc_start(struct cc *cc, const struct cc_start *at);

/*
 * Changes the algorithm. cwnd and ssthresh stay, the rest begins anew; before the handshake is over
 * only once it is.
 */
void cc_switch(struct cc *cc, const struct cc_ops *ops, const struct cc_start *at);

/* Writes what TCP_CC_INFO returns. Returns how many octets; 0 if the algorithm reports nothing. */
size_t cc_info(const struct cc *cc, uint8_t out[CC_INFO_MAX]);

/*
 * Sets the SMSS that the handshake or the path gave. Before any data was sent (@fresh) cwnd is the
 * initial window again. Otherwise cwnd keeps its octets, at least one segment: a smaller MTU is no
 * loss.
 */
void cc_set_mss(struct cc *cc, uint32_t mss, bool fresh);

/* The SYN or SYN-ACK was retransmitted: cwnd is one segment (RFC 5681, 3.1; RFC 6928, 2). */
void cc_syn_was_lost(struct cc *cc);

/*
 * Reports a flush of output: what is now in flight (@in_flight), whether cwnd stopped the output
 * (@by_cwnd), SND.UNA and SND.NXT.
 */
void cc_flushed(struct cc *cc, uint32_t in_flight, bool by_cwnd, seq_t una, seq_t nxt);

/*
 * Reports that data is about to leave with nothing outstanding, @idle after the last transmission.
 * After an RTO, cwnd shrinks to the restart window (RFC 5681, 4.1), by half for each RTO as on
 * Linux (RFC 2861).
 */
void cc_restart(struct cc *cc, nsec_t idle, nsec_t rto, nsec_t now);

/* For the algorithms: returns true if cwnd may grow, since it has limited the sender. */
bool cc_may_grow(const struct cc *cc);

/* Returns the initial window (RFC 6928). */
uint32_t cc_initial_window(uint32_t mss);

static inline bool
cc_in_slow_start(const struct cc *cc)
{
	return cc->cwnd < cc->ssthresh;
}

extern const struct cc_ops cc_reno;

#endif
