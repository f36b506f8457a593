/*
 * run/stream/owner.h - whose connection is it: the process that connected or accepted, told to
 * whoever watches the run.
 *
 * A connection that was accepted natively is first its listener's, then that of the process which
 * is seen using it. One that only reads and writes on a descriptor that it inherited is never seen.
 */
#ifndef RUN_STREAM_OWNER_H
#define RUN_STREAM_OWNER_H

#include "run/stream/stream_rec.h"

/* The caller @c used @s: told if the stream has a flow and this is news. */
void owner_note(struct stream_rec *s, struct caller *c);

/* @child came to the listener @from. */
void owner_inherit(struct stream_rec *child, const struct stream_rec *from);

#endif
