/*
 * run/stream/lowat.h - SO_RCVLOWAT for poll(2): a stream is readable once that many octets have
 * arrived.
 *
 * poll(2) ignores SO_RCVLOWAT on an AF_UNIX socket. So octets below the mark are kept back in the
 * stack. A recv(2) that may wait does obey the mark, but returns earlier once its buffer is full.
 * The size of its buffer is not known here. Therefore octets are kept back only from a socket with
 * O_NONBLOCK.
 */
#ifndef RUN_STREAM_LOWAT_H
#define RUN_STREAM_LOWAT_H

#include "run/stream/stream_rec.h"

/* Returns true if the octets that have arrived for @s are to be kept back. */
bool lowat_holds(const struct stream_rec *s);

/* Notes that the program has set SO_RCVLOWAT to the int at @value, of @len octets. */
void lowat_note(struct stream_rec *s, const void *value, size_t len);

#endif
