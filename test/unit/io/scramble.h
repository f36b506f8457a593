/*
 * test/unit/io/scramble.h - a stream over another stream that behaves as TLS does, but keeps no
 * secret. It proves that a stream of io/io.h can be put over any other.
 *
 * Octets travel in records whose payload is transformed with a key that changes with each octet.
 * Each side first sends its key in a record. After every @rekey octets the sender changes the key,
 * and sends nothing more until the other side has confirmed that. So a side may have to read in
 * order to write, and to write in order to read. The last record is CLOSE: a lower stream that ends
 * without it was cut off (-LEAT_EPROTO).
 *
 * The last octet of a record stays in the lower stream until the owner has read the record. So
 * closing a lower stream with unread records resets it.
 */
#ifndef TEST_IO_SCRAMBLE_H
#define TEST_IO_SCRAMBLE_H

#include "io/io.h"

/* A world with scrambled streams over those of @below, and with the datagrams of @below. */
struct io_world *scramble_world_new(struct io_world *below, size_t rekey);

/*
 * Asserts that no stream or listener of it has an owner. Resets streams that are closed and have
 * not yet delivered everything.
 */
void scramble_world_free(struct io_world *w);

/* Number of streams that are closed and have not yet delivered everything. */
unsigned scramble_world_lingering(const struct io_world *w);

#endif
