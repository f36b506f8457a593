/*
 * io_echo.h - an echo service and a client of it, which know of the world what io/io.h says of it
 * and nothing else.
 */
#ifndef IO_ECHO_H
#define IO_ECHO_H

#include "io/io.h"

/* Serves at @at until @out is closed. 0, or why it cannot listen there. */
int echo_serve(struct io_world *world, const struct endpoint *at, struct io_listener **out);

/* A client that sends @len octets and reads them back. */
struct echo_client {
	size_t len, sent, back;
	bool over; /* the stream has ended and is closed */
	int error; /* negative LEAT_E: why not all came back; -LEAT_EPROTO: others came */
};

/* @client's len is set. 0, or why it cannot connect. */
int echo_ask(struct io_world *world, const struct endpoint *to, struct echo_client *client);

#endif
