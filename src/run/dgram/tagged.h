/*
 * run/dgram/tagged.h - passes datagrams between our end and the program's. A tag
 * (proxy/dgram_tag.h) goes with them and holds what the data do not: the sender, the hop limit and
 * others.
 *
 * recvmsg() is always answered by Leat, which makes control messages from the tag.
 */
#ifndef RUN_DGRAM_TAGGED_H
#define RUN_DGRAM_TAGGED_H

#include "run/dgram/report.h"
#include "run/proxy/dgram_tag.h"

/* The control messages that a program may ask for. Each is a bit in `wants` of the record. */
enum dgram_want {
	WANT_PKTINFO4,
	WANT_TTL4,
	WANT_TOS4,
	WANT_DESTINATION4,
	WANT_PKTINFO6,
	WANT_HOPLIMIT6,
	WANT_TCLASS6,
	WANT_TIME_US,
	WANT_TIME_NS,
	WANT_TIMES,
	WANTS
};

/* Notes which control messages and reports the program wants, since it has set an option. */
void dgram_note_options(struct dgram_rec *d);

/*
 * Sends a datagram to the program's end, with a tag for what @msg says. It does not wait. Returns 0
 * or the negative errno. A datagram without a tag is from the peer that @d has at this moment.
 */
int dgram_pass(struct dgram_rec *d, const struct sock_msg *msg, const void *buf, size_t len);

/*
 * Receives a datagram at the program's end @fd, as recvmsg() does. *@came becomes what its tag
 * says.
 */
ssize_t dgram_take(int fd, struct msghdr *h, int flags, struct dgram_tag *came);

#endif
