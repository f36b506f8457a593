/*
 * run/stream/stream.h - how a stream comes to be: connecting, listening, accepting. From there on
 * it is pump.h's.
 */
#ifndef RUN_STREAM_STREAM_H
#define RUN_STREAM_STREAM_H

#include "run/socket/sockrec.h"

/* The operations of stream sockets. */
extern const struct sockrec_ops stream_rec_ops;

/*
 * Make the program's @fd look like a socket that connects: connected to us, and full. 0 or the
 * negative errno.
 */
int stream_look_connecting(struct sockrec *d, int fd);

/* The handshake is over well: join the program's end @fd with us, and begin to carry. */
int stream_joined(struct sockrec *d, int fd);

/* The handshake failed with @error, which connect() or SO_ERROR has yet to tell. */
void stream_failed(struct sockrec *d, int error);

/*
 * What it was is over, a connection reset, a listener closed: the stack's socket is a fresh one
 * again. @error (0 = none) is its error from now on, and the answer of a connect() that waits. The
 * program's end @fd is left as it is.
 */
void stream_begin_anew(struct sockrec *d, int fd, int error);

/* What the stack says of a connecting @d: -EINPROGRESS, 0, or the negative error. */
int stream_progress(struct sockrec *d);

/* Watch @d while it connects. */
void stream_watch_connecting(struct sockrec *d);

#endif
