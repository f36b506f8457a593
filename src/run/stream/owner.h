/*
 * run/stream/owner.h - whose connection is it: the process that connected or accepted, told to
 * whoever watches the run.
 *
 * A connection that was accepted natively is first its listener's, then that of the process which
 * is seen using it. One that only reads and writes on a descriptor that it inherited is never seen.
 */
#ifndef RUN_STREAM_OWNER_H
#define RUN_STREAM_OWNER_H

#include "run/socket/sockrec.h"

/* The caller @c used @d: told if the stream has a flow and this is news. */
void owner_note(struct sockrec *d, struct caller *c);

/* @child came to the listener @from. */
void owner_inherit(struct sockrec *child, const struct sockrec *from);

#endif
