/*
 * gate/stream.h - one TCP flow through the gateway: a connection of the inside's stack, and a stream outside. For gate/ only.
 */
#ifndef GATE_STREAM_H
#define GATE_STREAM_H

#include "gate/impl.h"

enum stream_state {
	STREAM_OUT_CONNECTING, /* the program's SYN waits for what the outside says */
	STREAM_IN_CONNECTING,  /* a client outside waits for what the program says */
	STREAM_OPEN,
	STREAM_RESETTING, /* the outside is gone by reset; the program still gets what came before */
};

struct gate_stream {
	struct gate_work work;
	struct list node; /* of gate.streams */
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
	struct gate_flow_info info;
};

/* Carry what can be carried, both ways. Sets up_done, down_done and failed. */
void stream_pump(struct gate_stream *s);

#endif
