/*
 * run/dgram/report.h - reports about datagrams that the program has sent: when they left
 * (SO_TIMESTAMPING), and that their octets are no longer needed (MSG_ZEROCOPY). The program takes
 * them from the error queue.
 *
 * Octets are always copied, and the report says so. A datagram counts as sent when the stack has
 * it.
 */
#ifndef RUN_DGRAM_REPORT_H
#define RUN_DGRAM_REPORT_H

#include "core/errq.h"
#include "run/dgram/dgram_rec.h"

#include <time.h>

/*
 * What is wanted for a datagram, by the socket's options or by the call's flags and control
 * messages.
 */
struct dgram_wish {
	uint32_t stamping; /* SOF_TIMESTAMPING_TX_... */
	bool zerocopy;
	bool more; /* MSG_MORE: this is a part of a datagram, which is not reported */
};

/* An entry of the error queue, as MSG_ERRQUEUE returns it. */
struct queued_error {
	struct dgram_error error;
	uint32_t data; /* ee_data */
	bool stamped;  /* @at is valid */
	struct timespec at;
};

/* Notes which reports the socket wants, since an option has been set. */
void dgram_report_options(struct dgram_rec *d);

/* Returns what the socket's options want for a datagram. */
struct dgram_wish dgram_report_wish(const struct dgram_rec *d);

/*
 * Makes the reports about a datagram of @len octets at @buf that @sk has sent to @peer (NULL: the
 * connected one).
 */
void dgram_report_sent(struct dgram_rec *d, const struct dgram_wish *wish, struct sock *sk,
    const struct endpoint *peer, const void *buf, size_t len);

/* Takes the first report. Returns as sock_recv_error() does. */
ssize_t dgram_report_take(struct dgram_rec *d, void *buf, size_t len, struct queued_error *out, size_t *full);

void dgram_report_forget(struct dgram_rec *d);

#endif
