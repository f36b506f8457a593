/*
 * run/dgram/error.h - errors about datagrams that the program sent, at its end of an AF_UNIX
 * socket.
 *
 * The kernel shows POLLERR there while the socket has an error, and the only one that an AF_UNIX
 * socket gets is ECONNRESET, when its peer breaks the association with something unread. So that is
 * done for each error, and undone when there is none any more. What the error truly is, the calls
 * that are answered here say; read(), write(), send() and recv() see the kernel's ECONNRESET. What
 * is in the queue of errors holds POLLERR, too; who takes the error natively while something is in
 * the queue sees POLLERR again after its next answered call only.
 */
#ifndef RUN_DGRAM_ERROR_H
#define RUN_DGRAM_ERROR_H

#include "run/dgram/dgram_rec.h"
#include "run/dgram/report.h"

/* The stack has told of @error: the pending one from now on. */
void dgram_error_set(struct dgram_rec *d, int error);

/* Take the pending error, for a call that tells it; 0 = none. @fd: the program's end. */
int dgram_error_take(struct dgram_rec *d, int fd);

/*
 * POLLERR at the program's end is to be as things are now. @fd is that end, or -1: it is to be
 * found.
 */
void dgram_error_show(struct dgram_rec *d, int fd);

/*
 * Takes the first in the queue of errors, or if that is empty the first report (dgram_report.h).
 * Returns as sock_recv_error(). @fd is the program's end.
 */
ssize_t dgram_error_take_queued(
    struct dgram_rec *d, int fd, void *buf, size_t len, struct queued_error *told, size_t *full);

#endif
