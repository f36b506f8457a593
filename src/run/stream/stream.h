/*
 * run/stream/stream.h - how a stream comes to be: connecting, listening, accepting. From there on
 * it is pump.h's.
 */
#ifndef RUN_STREAM_STREAM_H
#define RUN_STREAM_STREAM_H

#include "run/stream/stream_rec.h"

/*
 * Make the program's @fd look like a socket that connects: connected to us, and full. 0 or the
 * negative errno.
 */
int stream_look_connecting(struct stream_rec *s, int fd);

/* The handshake is over well: join the program's end @fd with us, and begin to carry. */
int stream_joined(struct stream_rec *s, int fd);

/* The handshake failed with @error, which connect() or SO_ERROR has yet to tell. */
void stream_failed(struct stream_rec *s, int error);

/*
 * What it was is over, a connection reset, a listener closed: the stack's socket is a fresh one
 * again. @error (0 = none) is its error from now on, and the answer of a connect() that waits. The
 * program's end @fd is left as it is.
 */
void stream_begin_anew(struct stream_rec *s, int fd, int error);

/* What the stack says of a connecting @s: -EINPROGRESS, 0, or the negative error. */
int stream_progress(struct stream_rec *s);

/* Watch @s while it connects. */
void stream_watch_connecting(struct stream_rec *s);

#endif
