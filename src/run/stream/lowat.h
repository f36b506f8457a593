/*
 * run/stream/lowat.h - SO_RCVLOWAT for poll(2): a stream is readable once so many octets are there.
 *
 * The poll(2) of an AF_UNIX socket does not look at SO_RCVLOWAT, so fewer octets are kept back in
 * the stack. A recv(2) that may wait looks at it by itself and asks for no more than its buffer
 * holds, which is not known here: therefore octets are kept back only from a socket with
 * O_NONBLOCK.
 */
#ifndef RUN_STREAM_LOWAT_H
#define RUN_STREAM_LOWAT_H

#include "run/stream/stream_rec.h"

/* Returns true if fewer octets have arrived for @s than the program waits for. */
bool lowat_holds(const struct stream_rec *s);

/* The program has set SO_RCVLOWAT to the int at @value. */
void lowat_note(struct stream_rec *s, const void *value, size_t len);

#endif
