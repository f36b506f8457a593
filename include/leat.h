/*
 * leat.h - the one public header of Leat, a TCP/IP system in user space.
 *
 * What stands here is the contract: numbers, names, and opaque types. It includes nothing of Leat's, so every
 * layer inside may use its numbers, and there is only one list of each.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef LEAT_H
#define LEAT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Errors. The numbers are Linux's, on every system, so that a caller may hand them on. Functions return them negated. */
enum leat_error {
	LEAT_EPERM = 1,
	LEAT_ENOENT = 2,
	LEAT_EINTR = 4,
	LEAT_EIO = 5,
	LEAT_EBADF = 9,
	LEAT_EAGAIN = 11,
	LEAT_ENOMEM = 12,
	LEAT_EACCES = 13,
	LEAT_EFAULT = 14,
	LEAT_EBUSY = 16,
	LEAT_EEXIST = 17,
	LEAT_ENODEV = 19,
	LEAT_EINVAL = 22,
	LEAT_ENFILE = 23,
	LEAT_EMFILE = 24,
	LEAT_ENOSPC = 28,
	LEAT_EPIPE = 32,
	LEAT_ENOSYS = 38,
	LEAT_EPROTO = 71,
	LEAT_ENOTSOCK = 88,
	LEAT_EDESTADDRREQ = 89,
	LEAT_EMSGSIZE = 90,
	LEAT_EPROTOTYPE = 91,
	LEAT_ENOPROTOOPT = 92,
	LEAT_EPROTONOSUPPORT = 93,
	LEAT_ESOCKTNOSUPPORT = 94,
	LEAT_EOPNOTSUPP = 95,
	LEAT_EAFNOSUPPORT = 97,
	LEAT_EADDRINUSE = 98,
	LEAT_EADDRNOTAVAIL = 99,
	LEAT_ENETDOWN = 100,
	LEAT_ENETUNREACH = 101,
	LEAT_ECONNABORTED = 103,
	LEAT_ECONNRESET = 104,
	LEAT_ENOBUFS = 105,
	LEAT_EISCONN = 106,
	LEAT_ENOTCONN = 107,
	LEAT_ETIMEDOUT = 110,
	LEAT_ECONNREFUSED = 111,
	LEAT_EHOSTDOWN = 112,
	LEAT_EHOSTUNREACH = 113,
	LEAT_EALREADY = 114,
	LEAT_EINPROGRESS = 115,
};

/* Readiness, as poll(2) numbers it. */
enum leat_ready {
	LEAT_IN = 0x001,
	LEAT_PRI = 0x002, /* urgent data, or the mark is near */
	LEAT_OUT = 0x004,
	LEAT_ERR = 0x008,
	LEAT_HUP = 0x010,
	LEAT_RDHUP = 0x2000,
};

/* The states of a TCP connection (RFC 9293, 3.3.2), with the numbers of Linux's TCP_INFO. */
enum leat_tcp_state {
	LEAT_TCP_ESTABLISHED = 1,
	LEAT_TCP_SYN_SENT = 2,
	LEAT_TCP_SYN_RECEIVED = 3,
	LEAT_TCP_FIN_WAIT_1 = 4,
	LEAT_TCP_FIN_WAIT_2 = 5,
	LEAT_TCP_TIME_WAIT = 6,
	LEAT_TCP_CLOSED = 7,
	LEAT_TCP_CLOSE_WAIT = 8,
	LEAT_TCP_LAST_ACK = 9,
	LEAT_TCP_LISTEN = 10,
	LEAT_TCP_CLOSING = 11,
};

/*
 * TCP_INFO, laid out as Linux's struct tcp_info (linux/tcp.h of 6.1), so that what reads that may read this. Times are in microseconds
 * unless a name says otherwise; tcpi_last_* are in milliseconds. Windows are in segments where Linux has them so (snd_cwnd, snd_ssthresh).
 */
struct leat_tcp_info {
	uint8_t tcpi_state; /* enum leat_tcp_state */
	uint8_t tcpi_ca_state;
	uint8_t tcpi_retransmits, tcpi_probes, tcpi_backoff;
	uint8_t tcpi_options;
	uint8_t tcpi_wscale; /* ours to send in the low four bits, ours to receive in the high four */
	uint8_t tcpi_flags;  /* bit 0: the rate was limited by the application */
	uint32_t tcpi_rto, tcpi_ato;
	uint32_t tcpi_snd_mss, tcpi_rcv_mss;
	uint32_t tcpi_unacked, tcpi_sacked, tcpi_lost, tcpi_retrans, tcpi_fackets;
	uint32_t tcpi_last_data_sent, tcpi_last_ack_sent, tcpi_last_data_recv, tcpi_last_ack_recv;
	uint32_t tcpi_pmtu, tcpi_rcv_ssthresh, tcpi_rtt, tcpi_rttvar;
	uint32_t tcpi_snd_ssthresh, tcpi_snd_cwnd, tcpi_advmss, tcpi_reordering;
	uint32_t tcpi_rcv_rtt, tcpi_rcv_space;
	uint32_t tcpi_total_retrans;
	uint64_t tcpi_pacing_rate, tcpi_max_pacing_rate;
	uint64_t tcpi_bytes_acked, tcpi_bytes_received;
	uint32_t tcpi_segs_out, tcpi_segs_in;
	uint32_t tcpi_notsent_bytes, tcpi_min_rtt;
	uint32_t tcpi_data_segs_in, tcpi_data_segs_out;
	uint64_t tcpi_delivery_rate;
	uint64_t tcpi_busy_time, tcpi_rwnd_limited, tcpi_sndbuf_limited;
	uint32_t tcpi_delivered, tcpi_delivered_ce;
	uint64_t tcpi_bytes_sent, tcpi_bytes_retrans;
	uint32_t tcpi_dsack_dups, tcpi_reord_seen, tcpi_rcv_ooopack, tcpi_snd_wnd;
};

#ifdef __cplusplus
}
#endif

#endif
