/*
 * host/hostio.h - the world of io/io.h over the machine's own sockets: the kernel's TCP and UDP, a
 * loop, the machine's clock and its random generator.
 */
#ifndef HOST_HOSTIO_H
#define HOST_HOSTIO_H

#include "io/io.h"

struct fd_room;
struct loop;

/*
 * Makes a world whose turns are those of @loop. Every socket counts against @room. Both are
 * borrowed. Returns NULL without memory.
 */
struct io_world *hostio_new(struct loop *loop, struct fd_room *room);

/* Frees @w. Every stream, listener and datagram socket must have been closed. */
void hostio_free(struct io_world *w);

/*
 * Sets that each accepted connection needs @n descriptors, its own included: it is accepted only
 * when that many are free. The default is 1. With more than 1, an accepted stream counts in
 * fd_room.entered while it is open. So the other descriptors are kept for it until its owner counts
 * it in fd_room.seated.
 */
void hostio_accept_needs(struct io_world *w, unsigned n);

/*
 * Opens an ICMP echo socket that sends to @to and receives the replies. Each datagram is an ICMP
 * message, from its header on. The kernel chooses the identifier. Returns as io_world_ops.dgram,
 * and -LEAT_EPERM where the machine does not let this user have one (ping_group_range).
 */
int hostio_echo(
    struct io_world *w, const struct ipaddr *to, io_dgram_fn *fn, void *arg, struct io_dgram **out);

#endif
