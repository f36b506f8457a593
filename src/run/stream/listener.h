/*
 * run/stream/listener.h - a stream that listens. The stack accepts a connection, and the program
 * finds it in the accept queue of the AF_UNIX listener that is its proxy socket.
 */
#ifndef RUN_STREAM_LISTENER_H
#define RUN_STREAM_LISTENER_H

#include "run/stream/stream_rec.h"

/*
 * Makes the program's end @fd an AF_UNIX listener. The stack's socket listens already. Returns 0 or
 * the negative errno.
 */
int listener_listen(struct stream_rec *s, int fd, int backlog);

/* Puts as many connections as possible into the AF_UNIX listener's accept queue. */
void listener_offer_children(struct stream_rec *s);

/*
 * Puts @child back into @listener's accept queue, after those that wait there. It was taken out as
 * @fd, which could not be installed in the program. Without a descriptor or memory it is reset.
 */
void listener_put_back(struct stream_rec *listener, struct stream_rec *child, int fd);

/* Notes that one connection has been accepted, so that the backlog has a place again. */
void listener_accepted(struct stream_rec *s);

/*
 * listener_next() returns when to count the accept queues of full listeners again; NSEC_NEVER: none
 * is full. listener_run() counts them if it is time.
 */
nsec_t listener_next(const struct sockrecs *recs);
void listener_run(struct sockrecs *recs, nsec_t now);

/*
 * Stops listening. Connections that the program has not accepted are reset, and accept() on its end
 * @fd returns EINVAL.
 */
void listener_end(struct stream_rec *s, int fd);

/* Resets the connection in listening.child, if there is one. */
void listener_drop_child(struct stream_rec *s);

#endif
