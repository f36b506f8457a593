/*
 * test/unit/io/scramble_impl.h - what scramble.c, scramble_record.c and scramble_world.c share.
 */
#ifndef TEST_IO_SCRAMBLE_IMPL_H
#define TEST_IO_SCRAMBLE_IMPL_H

#include "base/list.h"
#include "io/failure.h"
#include "io/scramble.h"

enum {
	SCRAMBLE_HEAD = 3,
	SCRAMBLE_MAX = 2048
}; /* length of the payload in two octets, kind; the payload's limit */

enum scramble_kind { SCRAMBLE_HELLO = 1, SCRAMBLE_DATA, SCRAMBLE_REKEY, SCRAMBLE_ACK, SCRAMBLE_CLOSE };

struct scramble_world {
	struct io_world world;
	struct io_world *below;
	size_t rekey;
	struct list streams;
	unsigned owned, lingering;
};

/* The record that is being received, or read by the owner. */
struct scramble_in {
	uint8_t octets[SCRAMBLE_HEAD + SCRAMBLE_MAX];
	size_t have, off; /* octets of it that arrived; of DATA, where the owner reads next */
	uint64_t key;
	bool hello;        /* the other side's key is known */
	bool data;         /* the record is DATA, complete, and not all read */
	bool ended, empty; /* CLOSE was received; the lower stream has ended or failed, and is empty */
};

/* The record that is being sent, and those that are to be sent. */
struct scramble_out {
	uint8_t octets[SCRAMBLE_HEAD + SCRAMBLE_MAX];
	size_t len, off;
	uint64_t key;
	size_t since; /* octets of DATA since the key was changed */
	bool ack_due, rekey_due, close_due;
	bool unconfirmed; /* no ACK has come for the last REKEY */
	bool closed;      /* CLOSE was made; the lower stream is shut down after it */
	bool down;
};

struct scramble {
	struct io_stream io;
	struct io_stream *below;
	struct scramble_world *w;
	struct list node;
	struct scramble_in in;
	struct scramble_out out;
	struct timer timer;          /* notifies the owner */
	struct scramble_listener *l; /* while it waits to be accepted there, without an owner */
	bool client, owned, connected, shut, lingering;
	unsigned want, once, want_below;
	struct io_failure failure;
};

/* Makes a stream over @below, which has no callback yet. It is connected when the other side's key arrives. */
struct scramble *scramble_new(struct scramble_world *w, struct io_stream *below, struct scramble_listener *l);
/* Gives it an owner. */
void scramble_own(struct scramble *s);
void scramble_free(struct scramble *s);
/* The callback of the lower stream. */
io_stream_fn scramble_below;

/* scramble_world.c: a stream in the queue of its listener was connected, or failed. */
void scramble_listener_heard(struct scramble_listener *l, struct scramble *s);

/* scramble_record.c */

/* Sends this side's key. */
void scramble_start(struct scramble *s);
/* Receives and sends as much as is possible now. */
void scramble_pump(struct scramble *s);
/* The owner wrote @len octets into the payload of the record to be sent, which was empty. */
void scramble_seal_data(struct scramble *s, size_t len);
/* The owner read @len octets of the record. */
void scramble_took(struct scramble *s, size_t len);
/* scramble.c */
void scramble_fail(struct scramble *s, int error);

#endif
