/*
 * test/unit/io/scramble_impl.h - what scramble.c, scramble_record.c and scramble_world.c share.
 */
#ifndef TEST_IO_SCRAMBLE_IMPL_H
#define TEST_IO_SCRAMBLE_IMPL_H

#include "base/list.h"
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
	size_t have, off; /* octets of it that are here; of DATA, where the owner goes on */
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
	struct scramble_listener *l; /* it waits in its queue to be accepted; then it has no owner */
	bool client, owned, connected, shut, lingering;
	unsigned want, once, want_below;
	int error;
	bool said_to_reader, said_to_writer;
};

/* A stream over @below, which has no callback yet; connected when the other side's key has come. */
struct scramble *scramble_new(struct scramble_world *w, struct io_stream *below, struct scramble_listener *l);
/* From now on it has an owner. */
void scramble_own(struct scramble *s);
void scramble_free(struct scramble *s);
/* For the lower stream: its callback. */
io_stream_fn scramble_below;

/* scramble_world.c: a stream in the queue of its listener was connected, or failed. */
void scramble_listener_heard(struct scramble_listener *l, struct scramble *s);

/* scramble_record.c */

/* Sends this side's key. */
void scramble_start(struct scramble *s);
/* Receives and sends what can be received and sent now. */
void scramble_pump(struct scramble *s);
/* @len octets of the owner's stand in the payload of the empty record to be sent. */
void scramble_seal_data(struct scramble *s, size_t len);
/* The owner read @len octets of the record. */
void scramble_took(struct scramble *s, size_t len);
/* scramble.c */
void scramble_fail(struct scramble *s, int error);

#endif
