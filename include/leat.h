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

#ifdef __cplusplus
}
#endif

#endif
