/*
 * run/stream/listener.h - listening: the stack accepts a connection, and the program finds it in
 * the queue of the AF_UNIX listener that is its proxy socket.
 */
#ifndef RUN_STREAM_LISTENER_H
#define RUN_STREAM_LISTENER_H

#include "run/stream/stream_rec.h"

/* Make the program's @fd a listener in the kernel, too. */
int listener_listen(struct stream_rec *s, int fd, int backlog);

/* Give the AF_UNIX listener as many established connections as it takes. */
void listener_offer_children(struct stream_rec *s);

/*
 * @child was taken from @listener's queue as @fd, which could not be handed to the program: it
 * goes back, behind those that wait. Where there is no descriptor or memory for that it is reset.
 */
void listener_put_back(struct stream_rec *listener, struct stream_rec *child, int fd);

/* The program has taken one or more: there is room again in the queue that listen() bounds. */
void listener_accepted(struct stream_rec *s);

/* When to count the queues of full listeners again; NSEC_NEVER: none is full. */
nsec_t listener_next(const struct sockrecs *recs);
void listener_run(struct sockrecs *recs, nsec_t now);

/*
 * @s listens no more: connections that the program has not accepted are reset, and accept() on its
 * end @fd says EINVAL.
 */
void listener_end(struct stream_rec *s, int fd);

/* Resets the connection that waits for a place in the AF_UNIX listener's queue, if there is one. */
void listener_drop_child(struct stream_rec *s);

#endif
