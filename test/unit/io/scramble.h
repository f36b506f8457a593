/*
 * test/unit/io/scramble.h - a stream over another stream, with the shape of TLS and without its
 * secrecy: the proof that a stream of io/io.h can be laid over any other.
 *
 * Octets travel in records whose payload is transformed with a key that moves on with each octet.
 * Each side sends its key in a record of its own before all others. After every @rekey octets the
 * sender changes the key and sends nothing more until the other side has confirmed that; so a side
 * may have to read in order to write, and to write in order to read. A record says that nothing
 * more comes: a lower stream that ends without it was cut off (-LEAT_EPROTO).
 *
 * The last octet of a record stays in the lower stream until the owner has read the record. So a
 * lower stream that is closed with records unread says so to the other side by itself.
 */
#ifndef TEST_IO_SCRAMBLE_H
#define TEST_IO_SCRAMBLE_H

#include "io/io.h"

/*
 * A world whose streams are scrambled ones over those of @below, and whose datagrams are those of
 * @below.
 */
struct io_world *scramble_world_new(struct io_world *below, size_t rekey);

/*
 * Asserts that no stream or listener of it has an owner; streams that are closed and still deliver
 * are reset.
 */
void scramble_world_free(struct io_world *w);

/* Streams that are closed and still deliver what was written. */
unsigned scramble_world_lingering(const struct io_world *w);

#endif
