/*
 * run/stream/pump.h - streams: octets between the program's AF_UNIX socket and our stack's
 * connection, and how each one's end becomes the other's.
 */
#ifndef RUN_STREAM_PUMP_H
#define RUN_STREAM_PUMP_H

#include "run/stream/stream_rec.h"

/*
 * @s has a connection in the stack, and our end @fd of the program's socket: carry octets from now
 * on. 0 or the negative error, with @fd closed.
 */
int pump_start(struct stream_rec *s, int fd);

/*
 * The program's end @own is about to be its own alone. If no duplicate can be taken later
 * (kernel.getfd), an octet is put before all that the program will write, and from then on the last
 * octet of each small burst is left unread: so a reset can be shown. After a large burst the
 * program sees an end of file in the place of a reset.
 */
void pump_hold(struct stream_rec *s, int own);

/* How many octets the program has written that have not gone up yet. */
int pump_unread(const struct stream_rec *s);

/* How many octets are unread at our end @fd, a kept one included. */
int pump_unread_at(int fd);

/*
 * recv(2) from the program's end that notes whether there may be more. A short read means that the
 * end is drained, unless the stream has ended, or descriptors came along, at which the kernel
 * stops. What is written later raises a new event.
 */
ssize_t pump_read(struct stream_rec *s, void *at, size_t room);

/*
 * Sets the buffer in front of the stack's send buffer to the size that the program asked for. @own
 * is the program's end (-1: the caller sets it).
 */
void pump_size_up(struct stream_rec *s, int own);
/*
 * Sets the buffer after the stack's receive buffer, if that is a small one; otherwise the kernel
 * chooses.
 */
void pump_size_down(struct stream_rec *s);

/* Carry what can be carried. May bury @s. */
void pump(struct stream_rec *s);

/*
 * Does the program's shutdown(2) on @fd, a duplicate of its end; -1: there is none, and our end
 * does it.
 */
void pump_shutdown(struct stream_rec *s, int fd, int how);

/*
 * The connection has ended with @error: let the program see ECONNRESET, as soon as it has accepted
 * it.
 */
void pump_reset(struct stream_rec *s, int error);

/*
 * Our end is closed with an octet unread. Where none waits, one is written through @own, a
 * duplicate of the program's own end; -1: as it is.
 */
void pump_show_reset(struct stream_rec *s, int own);

#endif
