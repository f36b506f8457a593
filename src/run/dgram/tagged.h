/*
 * run/dgram/tagged.h - datagrams between our end and the program's, and the tag that travels with
 * them: it says what the data does not, such as the sender and the hop limit (proxy/dgram_tag.h).
 *
 * recvmsg() is always answered by Leat, which makes of the tag what the program asked for.
 */
#ifndef RUN_DGRAM_TAGGED_H
#define RUN_DGRAM_TAGGED_H

#include "run/dgram/report.h"
#include "run/proxy/dgram_tag.h"

/*
 * The control messages that a program may ask for; each one's bit in a record's `wants` is its
 * place here.
 */
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

/* The program has set an option: notes which control messages it asks for from now on. */
void dgram_note_options(struct dgram_rec *d);

/*
 * Sends a datagram to the program's end, with a tag that says what @msg does. The flags are
 * MSG_DONTWAIT | MSG_NOSIGNAL. Returns 0 or the negative errno. A datagram without a tag is from
 * the peer that @d is connected to at this moment.
 */
int dgram_pass(struct dgram_rec *d, const struct sock_msg *msg, const void *buf, size_t len);

/* Receives at the program's end @fd. *@came is what the tag says that came along. */
ssize_t dgram_take(int fd, struct msghdr *h, int flags, struct dgram_tag *came);

#endif
