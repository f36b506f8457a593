/*
 * run/dgram/report.h - what the program's own host says of datagrams that it sent: when they left
 * (SO_TIMESTAMPING), and that their octets are no longer needed (MSG_ZEROCOPY). The program takes
 * it from the queue of errors.
 *
 * Octets are always copied, and the report says so. A datagram has left when the stack has it.
 */
#ifndef RUN_DGRAM_REPORT_H
#define RUN_DGRAM_REPORT_H

#include "core/errq.h"
#include "run/dgram/dgram_rec.h"

#include <time.h>

/*
 * How a datagram is sent, and which reports are made of it: by the socket's options, or by the
 * call's flags and control messages.
 */
struct dgram_wish {
	uint32_t stamping; /* SOF_TIMESTAMPING_TX_... */
	bool zerocopy;
	bool more; /* MSG_MORE: it is a part of a datagram, of which nothing is said */
};

/* One report that MSG_ERRQUEUE returns. */
struct queued_error {
	struct dgram_error error;
	uint32_t data; /* ee_data */
	bool stamped;  /* @at is to be reported */
	struct timespec at;
};

/* An option was set: the reports that the socket wants from now on. */
void dgram_report_options(struct dgram_rec *d);

/* The socket's wishes for a datagram. */
struct dgram_wish dgram_report_wish(const struct dgram_rec *d);

/* @len octets at @buf were sent to @peer (NULL: the connected one) by @sk. */
void dgram_report_sent(struct dgram_rec *d, const struct dgram_wish *wish, struct sock *sk,
    const struct endpoint *peer, const void *buf, size_t len);

/* Takes the first report. Returns as sock_recv_error(). */
ssize_t dgram_report_take(struct dgram_rec *d, void *buf, size_t len, struct queued_error *out, size_t *full);

void dgram_report_forget(struct dgram_rec *d);

#endif
