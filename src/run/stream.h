/*
 * run/stream.h - how a stream comes to be: connecting, listening, accepting. From there on it is
 * pump.h's.
 */
#ifndef RUN_STREAM_H
#define RUN_STREAM_H

#include "run/desc.h"

/* The operations of stream sockets. */
extern const struct desc_ops stream_rec_ops;

/*
 * Make the program's @fd look like a socket that connects: connected to us, and full. 0 or the
 * negative errno.
 */
int stream_look_connecting(struct desc *d, int fd);

/* The handshake is over well: join the program's end @fd with us, and begin to carry. */
int stream_joined(struct desc *d, int fd);

/* The handshake failed with @error, which connect() or SO_ERROR has yet to tell. */
void stream_failed(struct desc *d, int error);

/*
 * What it was is over, a connection reset, a listener closed: the stack's socket is a fresh one
 * again. @error (0 = none) is its error from now on, and the answer of a connect() that waits. The
 * program's end @fd is left as it is.
 */
void stream_begin_anew(struct desc *d, int fd, int error);

/* What the stack says of a connecting @d: -EINPROGRESS, 0, or the negative error. */
int stream_progress(struct desc *d);

/* Watch @d while it connects. */
void stream_watch_connecting(struct desc *d);

/* Make the program's @fd a listener in the kernel, too. */
int stream_listen(struct desc *d, int fd, int backlog);

/* Give the AF_UNIX listener as many established connections as it takes. */
void stream_offer_children(struct desc *d);

/*
 * @child was taken from @listener's queue as @fd, which could not be handed to the program: it
 * goes back, behind those that wait. Where there is no descriptor or memory for that it is reset.
 */
void stream_put_back(struct desc *listener, struct desc *child, int fd);

/* The program has taken one or more: there is room again in the queue that listen() bounds. */
void stream_accepted(struct desc *d);

/* When to count the queues of full listeners again; NSEC_NEVER: none is full. */
nsec_t listener_next(const struct worker *w);
void listener_run(struct worker *w, nsec_t now);

#endif
