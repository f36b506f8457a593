/*
 * run/stream/owner.h - which process a connection belongs to: the one that connected or accepted.
 * It is reported to the subscriber of the run's events.
 *
 * A connection that was accepted natively belongs to its listener's process at first, then to the
 * process whose call on it is answered. A process that only reads and writes on an inherited
 * descriptor is never noticed.
 */
#ifndef RUN_STREAM_OWNER_H
#define RUN_STREAM_OWNER_H

#include "run/stream/stream_rec.h"

/*
 * Notes that the caller @c has used @s, and reports it if the stream has a flow and another owner
 * was reported last.
 */
void owner_note(struct stream_rec *s, struct caller *c);

/* Makes the process of the listener @from the owner of the accepted @child. */
void owner_inherit(struct stream_rec *child, const struct stream_rec *from);

#endif
