/*
 * run/dgram/error.h - shows the program errors about datagrams that it has sent.
 *
 * poll(2) reports POLLERR while a socket has an error. The only error that an AF_UNIX socket gets
 * is ECONNRESET, when its peer dissolves the association with something unread. So our end does
 * that for each error, and the error is cleared when none is left. Calls that are answered here
 * return the true error; read(), write(), send() and recv() return ECONNRESET. The error queue
 * causes POLLERR too. A program that takes the error natively while the error queue is not empty
 * sees POLLERR again only after its next answered call.
 */
#ifndef RUN_DGRAM_ERROR_H
#define RUN_DGRAM_ERROR_H

#include "run/dgram/dgram_rec.h"
#include "run/dgram/report.h"

/* Makes @error, which the stack has reported, the pending error. */
void dgram_error_set(struct dgram_rec *d, int error);

/* Returns the pending error and clears it; 0 = none. @fd is the program's end. */
int dgram_error_take(struct dgram_rec *d, int fd);

/*
 * Shows or clears POLLERR at the program's end, as errors are pending now. @fd is that end; -1: it
 * is searched for.
 */
void dgram_error_show(struct dgram_rec *d, int fd);

/*
 * Takes the first entry of the error queue, or the first report (report.h) if that is empty.
 * Returns as sock_recv_error() does. @fd is the program's end.
 */
ssize_t dgram_error_take_queued(
    struct dgram_rec *d, int fd, void *buf, size_t len, struct queued_error *queued, size_t *full);

#endif
