/*
 * host/hostio.h - the world of io/io.h over the machine's own sockets: the kernel's TCP and UDP, a
 * loop, the machine's clock and its random generator.
 */
#ifndef HOST_HOSTIO_H
#define HOST_HOSTIO_H

#include "io/io.h"

struct fd_budget;
struct loop;

/*
 * Makes a world whose turns are those of @loop. Every socket counts against @fds. Both are
 * borrowed. Returns NULL without memory.
 */
struct io_world *hostio_new(struct loop *loop, struct fd_budget *fds);

/* Frees @w. Every stream, listener and datagram socket must have been closed. */
void hostio_free(struct io_world *w);

/*
 * Sets that each accepted connection needs @n descriptors, its own included: it is accepted only
 * when that many are free. The default is 1. With more than 1, an accepted stream counts in
 * fd_budget.inbound while it is open. So the other descriptors are kept for it until its owner
 * counts it in fd_budget.delivered.
 */
void hostio_accept_needs(struct io_world *w, unsigned n);

/*
 * Opens a listening socket outside of any world, for processes made by fork(2) that each call
 * hostio_listen_on(). @joins: the socket joins one that was opened here before, and the kernel
 * shares connections out among them (SO_REUSEPORT). The first one must not join, so that it fails
 * if another program listens at @at. Returns the descriptor or a negative LEAT_E.
 */
int hostio_listen_socket(const struct endpoint *at, int backlog, bool joins);

/* Gets the local name of a socket. Returns 0 or a negative LEAT_E. */
int hostio_name(int fd, struct endpoint *out);

/*
 * Makes a listener of the listening socket @fd, which is non-blocking and may be shared with other
 * processes. The descriptor becomes the listener's. Returns 0; or a negative LEAT_E, and @fd is
 * still the caller's.
 */
int hostio_listen_on(struct io_world *w, int fd, void (*fn)(struct io_listener *l, void *arg), void *arg,
    struct io_listener **out);

/*
 * Opens an ICMP echo socket that sends to @to and receives the replies. Each datagram is an ICMP
 * message, from its header on. The kernel chooses the identifier. Returns as io_world_ops.dgram,
 * and -LEAT_EPERM where the machine does not let this user have one (ping_group_range).
 */
int hostio_echo(
    struct io_world *w, const struct ipaddr *to, io_dgram_fn *fn, void *arg, struct io_dgram **out);

/*
 * Connects to the Unix-domain socket @path, as io_connect(). The stream has no names. Also returns
 * -LEAT_EINVAL if @path is empty or too long, and -LEAT_EAGAIN if the server's queue is full.
 */
int hostio_connect_path(
    struct io_world *w, const char *path, io_stream_fn *fn, void *arg, struct io_stream **out);

#endif
