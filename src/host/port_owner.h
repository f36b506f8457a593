/*
 * host/port_owner.h - finds the process that listens at a TCP port of this machine, for error
 * messages.
 */
#ifndef HOST_PORT_OWNER_H
#define HOST_PORT_OWNER_H

#include <stdbool.h>
#include <stdint.h>

struct port_owner {
	int pid;       /* 0: unknown; the process is another user's, or in another container */
	char name[64]; /* of the program */
};

/*
 * Looks in /proc for a listener at @port, of either family, and describes its process in @o. Of
 * several processes with this socket it is the one that has made the others.
 * Returns false if no one listens there. Only root can find a process of another user: for others,
 * @o->pid is 0.
 */
bool port_owner_find(uint16_t port, struct port_owner *o);

#endif
