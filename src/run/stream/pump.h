/*
 * run/stream/pump.h - moves the octets of a stream between the program's AF_UNIX socket and the
 * stack's connection, and ends one as the other has ended.
 */
#ifndef RUN_STREAM_PUMP_H
#define RUN_STREAM_PUMP_H

#include "run/stream/stream_rec.h"

/*
 * Starts to move octets between the stack's connection of @s and @fd, our end of the proxy socket.
 * Returns 0, or the negative error with @fd closed.
 */
int pump_start(struct stream_rec *s, int fd);

/*
 * Call it while @own, the program's end, is at hand for the last time. If no duplicate can be taken
 * later (kernel.getfd), a reset can be shown only by an octet that stays unread. So an octet is
 * written before all that the program will write, and from then on the last octet of each small
 * burst stays unread. After a large burst the program sees an end of file instead of a reset.
 */
void pump_hold(struct stream_rec *s, int own);

/* Returns how many octets the program has written that have not reached the stack. */
int pump_unread(const struct stream_rec *s);

/* Returns how many octets are unread at our end @fd, with a kept one. */
int pump_unread_at(int fd);

/*
 * Reads at our end as recv(2) does, and notes whether there may be more. A short read means that
 * the socket is drained, unless the stream has ended or descriptors were among the data. Data that
 * are written later raise a new event.
 */
ssize_t pump_read(struct stream_rec *s, void *at, size_t room);

/*
 * Sets the send buffer of the program's end @own to the size that the program asked for. -1: the
 * caller sets it.
 */
void pump_size_up(struct stream_rec *s, int own);
/*
 * Sets the send buffer of our end to the size of the stack's receive buffer if that is small.
 * Otherwise the kernel's default stays.
 */
void pump_size_down(struct stream_rec *s);

/* Moves what can be moved, in both directions. May end @s. */
void pump(struct stream_rec *s);

/*
 * Carries out the program's shutdown(2) on @fd, a duplicate of its end. -1: there is none, and our
 * end is shut instead.
 */
void pump_shutdown(struct stream_rec *s, int fd, int how);

/*
 * Shows the program that the connection has failed with @error, once the program has accepted it.
 */
void pump_reset(struct stream_rec *s, int error);

/*
 * Closes our end with an octet unread, at which the kernel shows ECONNRESET to the program. If none
 * is unread, one is written through @own, a duplicate of the program's end. -1: our end is closed
 * as it is.
 */
void pump_show_reset(struct stream_rec *s, int own);

#endif
