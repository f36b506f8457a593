/*
 * host/hostsock.h - gate/outside.h on the machine's own sockets.
 */
#ifndef HOST_HOSTSOCK_H
#define HOST_HOSTSOCK_H

#include "gate/outside.h"

struct fd_room;
struct loop;
struct hostsock; /* the `self` of hostsock_ops */

extern const struct outside_ops hostsock_ops;

/* NULL without memory. @loop and @room, the budget of what is opened, are borrowed. */
struct hostsock *hostsock_new(struct loop *loop, struct fd_room *room);

/* Every stream, datagram flow and listener must have been closed. */
void hostsock_free(struct hostsock *h);

/*
 * Where the listener or datagram socket really listens: the port that the machine chose for port 0.
 */
int hostsock_listener_name(const struct out_listener *l, struct endpoint *out);
int hostsock_dgram_name(const struct out_dgram *d, struct endpoint *out);

#endif
