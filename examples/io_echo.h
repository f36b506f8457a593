/*
 * io_echo.h - an echo service and a client of it. They need only io/io.h, and so run in every
 * world.
 */
#ifndef IO_ECHO_H
#define IO_ECHO_H

#include "io/io.h"

/* Serves at @at until @out is closed. Returns 0, or the error of listening. */
int echo_serve(struct io_world *world, const struct endpoint *at, struct io_listener **out);

/* A client that sends @len octets and reads them back. */
struct echo_client {
	size_t len, sent, back;
	bool over; /* the stream has ended and is closed */
	int error; /* 0, or a negative LEAT_E…; -LEAT_EPROTO: other octets came back */
};

/* Connects @client, whose len the caller has set. Returns 0, or the error of connecting. */
int echo_ask(struct io_world *world, const struct endpoint *to, struct echo_client *client);

#endif
