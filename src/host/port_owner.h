/*
 * host/port_owner.h - which process listens at a TCP port of this machine, for error messages.
 */
#ifndef HOST_PORT_OWNER_H
#define HOST_PORT_OWNER_H

#include <stdbool.h>
#include <stdint.h>

struct port_owner {
	int pid;       /* 0: it is another user's, or in another container */
	char name[64]; /* of the program */
};

/*
 * Looks in /proc for a listener at @port, of either family. Returns false if there is none. A
 * process of another user is seen by root alone: @o->pid is 0 then.
 */
bool port_owner_find(uint16_t port, struct port_owner *o);

#endif
