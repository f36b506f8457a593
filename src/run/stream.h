/*
 * run/stream.h - how a stream comes to be: connecting, listening, accepting. From there on it is pump.h's.
 */
#ifndef RUN_STREAM_H
#define RUN_STREAM_H

#include "run/desc.h"

/* Make the program's @fd look like a socket that connects: connected to us, and full. 0 or the negative errno. */
int stream_look_connecting(struct desc *d, int fd);

/* The handshake is over well: join the program's end @fd (borrowed) with us, and begin to carry. */
int stream_joined(struct desc *d, int fd);

/* The handshake failed with @error. */
void stream_failed(struct desc *d, int error);

/* What the stack says of a connecting @d: -EINPROGRESS, 0, or the negative error. */
int stream_progress(struct desc *d);

/* Watch @d while it connects. */
void stream_watch_connecting(struct desc *d);

/* Make the program's @fd a listener in the kernel, too. */
int stream_listen(struct desc *d, int fd);

/* Give the AF_UNIX listener as many established connections as it takes. */
void stream_offer_children(struct desc *d);

#endif
