/*
 * tcp/conn/opts.h - what the users of TCP choose: the settings of a connection, the limits of a
 * host, and where events are reported.
 */
#ifndef TCP_CONN_OPTS_H
#define TCP_CONN_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What has changed: a mask. tcp_ready() returns the readiness itself. */
enum tcp_event {
	TCP_EVENT_CONNECTED = 1, /* SYN-SENT or SYN-RECEIVED became ESTABLISHED */
	TCP_EVENT_READABLE = 2,  /* data, FIN, urgent mark */
	TCP_EVENT_WRITABLE = 4,
	TCP_EVENT_ERROR = 8,   /* reset, timed out, unreachable: tcp_take_error() */
	TCP_EVENT_ACCEPT = 16, /* listener: a child can be accepted */
	TCP_EVENT_CLOSED =
	    32, /* the last event: the connection has ended; it may still be asked until tcp_close() */
};

struct tcp_user_ops {
	void (*notify)(void *user, unsigned events); /* enum tcp_event */
};

struct tcp_limits {
	uint32_t conns;                /* connections in all, TIME-WAIT included */
	uint32_t syn_queue;            /* half-open connections of each listener */
	uint32_t time_wait;            /* kept at most; the oldest are dropped first */
	size_t sndbuf_max, rcvbuf_max; /* octets up to which buffers grow by themselves */
};

/* The settings of a connection. Children inherit their listener's. */
struct tcp_opts {
	bool nodelay; /* Nagle off */
	bool cork;
	bool keepalive;
	bool oob_inline;
	/* 1: no ACK is delayed; 0: a new connection's first ACKs are not; -1: all may be delayed */
	int8_t quickack;
	uint32_t keep_idle, keep_interval; /* seconds */
	uint32_t keep_count;
	uint32_t user_timeout; /* milliseconds; 0 = R2 (RFC 5482) */
	uint32_t maxseg;       /* 0 = from the MTU */
	int32_t linger2;       /* seconds in FIN-WAIT-2 after close; 0 = 60; negative: a reset at once */
	uint32_t syn_retries;  /* R2 of the handshake; 0 = the host's default (6) */
	uint32_t notsent_lowat;
	uint32_t sndbuf;       /* octets of payload; 0 = grows with need */
	uint32_t rcvbuf;       /* octets of memory, of which about half is offered as window; 0 = grows */
	uint32_t window_clamp; /* no wider window is offered; 0 = no bound */
	uint32_t bound_if;  /* SO_BINDTODEVICE: the only interface to send through; 0 = as the routes say */
	uint8_t ttl, tos;   /* ttl 0 = the host's default */
	char cc[16];        /* congestion control: a name of cc_table */
	bool transparent;   /* the local address need not be the host's */
	bool defer_syn_ack; /* listener: children are offered in SYN-RECEIVED, before the SYN-ACK */
	bool any_port;      /* listener: takes every address and every port */
	/* listener: a child is accepted when data arrives, or after this many SYN-ACKs again */
	uint8_t await_data;
	bool reuse_addr, reuse_port, v6only; /* see tcp_local_taken() */
};

#endif
