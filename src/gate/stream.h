/*
 * gate/stream.h - one TCP flow through the gateway: a connection of the inside's stack, and a
 * stream outside. For gate/ only.
 */
#ifndef GATE_STREAM_H
#define GATE_STREAM_H

#include "gate/impl.h"

enum stream_state {
	STREAM_OUT_WAITING,    /* the program's SYN waits until the outside has a descriptor for it */
	STREAM_OUT_CONNECTING, /* the program's SYN waits for what the outside says */
	STREAM_IN_CONNECTING,  /* a client outside waits for what the program says */
	STREAM_OPEN,
	STREAM_RESETTING, /* the outside is gone by reset; the program still gets what came before */
};

struct gate_stream {
	struct gate_work work;
	struct list node; /* of gate.streams */
	struct list wait; /* of gate.waiting */
	struct gate *gate;
	enum stream_state state;
	struct sock *in;        /* NULL when it has gone */
	struct out_stream *out; /* likewise */
	unsigned news;          /* from outside, not yet looked at */
	unsigned wants;         /* as the outside knows them */
	bool readable; /* outside may have octets for us: it has not said EAGAIN since it was asked last */
	bool writable;
	bool up_done;   /* the program's FIN was passed on */
	bool down_done; /* the outside's end of file was passed on */
	int in_failed; /* the inside failed with this LEAT_E: a call that met it has taken it off the socket */
	int failed;    /* the outside failed with this LEAT_E; what it sent before may still be unread */
	nsec_t give_up; /* when the reset no longer waits for what was sent before it */
	struct timer timer;
	struct gate_tries *tries; /* to the name servers, one after the other; NULL = it goes to one place */
	struct gate_flow_info info;
};

/* A stream with neither side yet; NULL at the limit, which is counted. */
struct gate_stream *stream_new(struct gate *g, enum stream_state state);

/*
 * gate_names.c: connects to the next of the name servers, and arms the timer for as long as it may
 * take. As outside_ops.connect; the last one's error when there is none left.
 */
int gate_names_connect(struct gate_stream *s);

/*
 * A connect outside that has said nothing for so long never will: longer than Linux's six retries
 * take.
 */
#define STREAM_CONNECT_WAIT (180 * SEC)

/*
 * Look at what has happened to it; may end it. The two others mark it to be looked at: the
 * outside's news, and the inside's watcher.
 */
void stream_run(struct gate_work *w);
void stream_out_news(void *arg, unsigned mask);
void stream_in_news(struct sock *sk, void *arg);

/* The outside has no descriptor for it: it becomes STREAM_OUT_WAITING. */
void stream_await(struct gate_stream *s);

/*
 * Its end, and what each side that it has is told. The outside refused the program's SYN with
 * @error (LEAT_E), and so do we, in the same words; one side went with @error, and so must the
 * other; it never came to be.
 */
void stream_refuse(struct gate_stream *s, int error);
void stream_reset(struct gate_stream *s, int error);
void stream_discard(struct gate_stream *s, int error);

/* Carry what can be carried, both ways. Sets up_done, down_done and failed. */
void stream_pump(struct gate_stream *s);

#endif
