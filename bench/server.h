/*
 * bench/server.h - a server on the machine's sockets, in the process that measures its client. It
 * goes one step at a time: when a call returns, the kernel has delivered what the step has sent. So
 * the client finds the same octets in each of its turns, however busy the machine is.
 */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <stddef.h>
#include <stdint.h>

enum { SERVER_CONNS = 64, SERVER_MOST = 1 << 18 };

struct server {
	int listener;
	uint16_t port;
	unsigned open;
	int fd[SERVER_CONNS];
	int client[SERVER_CONNS]; /* the descriptor of the client's end, which stays the client's */
};

/* Listens on a free port of 127.0.0.1. All calls end the program on a failure. */
void server_begin(struct server *s);
void server_end(struct server *s);

/* Accepts @n connections, which the client has begun. */
void server_accept(struct server *s, unsigned n);

/* Reads @len octets of each connection. The client must have written them. */
void server_read(struct server *s, size_t len);

/* Writes @len octets, at most SERVER_MOST, to each connection. server_settle() waits for them. */
void server_write(struct server *s, size_t len);

/* Ends the direction to the client of each connection. */
void server_shutdown(struct server *s);

/*
 * Waits until each client's socket holds @len octets that it has not read, and, after
 * server_shutdown(), the end. The kernel's window must have room for them.
 */
void server_settle(const struct server *s, size_t len, int ended);

/* Reads the end of each connection, which the client must have closed, and closes it. */
void server_close(struct server *s);

#endif
