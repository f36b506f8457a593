/*
 * run/call/message.h - a message of the caller (struct msghdr) with its vector and its octets. They
 * are copied from the caller's memory and into it.
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

/* The header and the vector are copied once, since another thread may change them. */
struct message {
	struct msghdr h;
	struct iovec iov[MESSAGE_IOV_MOST];
	uint8_t octets[MESSAGE_ROOM]; /* the payload, on its way between the caller and a socket */
};

/*
 * Reads the caller's struct msghdr at @at and its vector into c->message. Returns 0, -EMSGSIZE or
 * -EFAULT.
 */
int message_read(const struct call *c, uint64_t at);
/* Reads the vector of a header that has been read already. Returns as message_read() does. */
int message_read_vector(const struct call *c);
/* Makes a message of one part of the arguments of sendto(2) or recvfrom(2). */
void message_single(const struct call *c);

/*
 * message_total() returns how many octets the vector holds. message_room() returns how many of them
 * fit `octets`.
 */
size_t message_total(const struct message *m);
size_t message_room(const struct message *m);

/*
 * Copies the caller's octets from number @skip on into `octets`, as far as they fit. Returns how
 * many were copied, or -EFAULT. With @whole it returns -EMSGSIZE if they do not all fit.
 */
ssize_t message_gather(const struct call *c, size_t skip, bool whole);
/*
 * Copies @len octets into the caller's vector, after the first @skip octets of it. Returns 0 or
 * -EFAULT.
 */
int message_scatter(const struct call *c, size_t skip, const uint8_t *from, size_t len);

#endif
