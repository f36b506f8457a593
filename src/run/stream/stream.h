/*
 * run/stream/stream.h - how a stream begins: it connects, fails, or begins anew. What moves its
 * octets is in pump.h, and what listens in listener.h.
 */
#ifndef RUN_STREAM_STREAM_H
#define RUN_STREAM_STREAM_H

#include "run/stream/stream_rec.h"

/*
 * Makes the program's @fd look like a connecting socket: connects it to the worker, and fills it.
 * Returns 0 or the negative errno.
 */
int stream_look_connecting(struct stream_rec *s, int fd);

/*
 * Joins the program's end @fd with ours after a successful handshake, and starts the pump. Returns
 * 0 or the negative errno.
 */
int stream_joined(struct stream_rec *s, int fd);

/* Notes that the handshake failed with @error, which connect() or SO_ERROR has yet to report. */
void stream_failed(struct stream_rec *s, int error);

/*
 * Ends what the stream was: resets its connection, or closes its listener. The stack's socket is
 * then as new. @error (0 = none) becomes the socket's error, and the answer to a connect() that
 * waits. The program's end @fd is not changed.
 */
void stream_begin_anew(struct stream_rec *s, int fd, int error);

/* Returns the state of a connecting @s in the stack: -EINPROGRESS, 0, or the negative error. */
int stream_progress(struct stream_rec *s);

/* Watches the stack's socket of @s while it connects. */
void stream_watch_connecting(struct stream_rec *s);

#endif
