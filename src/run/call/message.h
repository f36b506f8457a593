/*
 * run/call/message.h - a message of the caller's (struct msghdr) with its vector and its octets,
 * read from the caller's memory and written there.
 */
#ifndef RUN_CALL_MESSAGE_H
#define RUN_CALL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct call;

enum { MESSAGE_ROOM = 65536, MESSAGE_IOV_MOST = 1024 };

/* The header is copied once, with its vector. */
struct message {
	struct msghdr h;
	struct iovec iov[MESSAGE_IOV_MOST];
	uint8_t octets[MESSAGE_ROOM]; /* the payload, on its way between the caller and a socket */
};

/* Reads the caller's struct msghdr at @at into c->message. Returns 0 or the negative errno. */
int message_read(const struct call *c, uint64_t at);
/* The same when the header has been read already. */
int message_read_vector(const struct call *c);
/* sendto() and recvfrom() as a message of one part. */
void message_single(const struct call *c);

/* Returns how many octets the vector holds; or how many of them there is room for here. */
size_t message_total(const struct message *m);
size_t message_room(const struct message *m);

/*
 * Copies what the caller gives, from octet @skip on, into the message's octets, as far as there is
 * room. Returns how many those are, or -EFAULT; with @whole -EMSGSIZE if that is not all of it.
 */
ssize_t message_gather(const struct call *c, size_t skip, bool whole);
/*
 * Writes @len octets into the caller's vector, after the @skip that it holds already. Returns 0 or
 * -EFAULT.
 */
int message_scatter(const struct call *c, size_t skip, const uint8_t *from, size_t len);

#endif
