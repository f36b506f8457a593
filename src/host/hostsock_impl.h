/*
 * host/hostsock_impl.h - what hostsock.c (streams) and hostdgram.c (datagrams) share. For these two only.
 */
#ifndef HOST_HOSTSOCK_IMPL_H
#define HOST_HOSTSOCK_IMPL_H

#include "gate/outside.h"
#include "host/loop.h"

struct hostsock {
	struct loop *loop;
	struct loop_source source;
	struct list due; /* streams that want to be told what is known already */
	unsigned open;   /* streams, datagram flows and listeners */
};

/* A non-blocking socket of @e's family, or a negative LEAT_E. */
int hostsock_socket(const struct endpoint *e, int type, int protocol);
int hostsock_bind(int fd, const struct endpoint *at);
int hostsock_name(int fd, struct endpoint *out);

int hostdgram_open(void *self, const struct endpoint *to, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_dgram **out);
int hostdgram_echo_open(void *self, const struct ipaddr *to, void (*news)(void *arg, unsigned mask),
    void *arg, struct out_dgram **out);
int hostdgram_listen(void *self, const struct endpoint *at, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_dgram **out);
ssize_t hostdgram_send(struct out_dgram *d, const void *buf, size_t len);
ssize_t hostdgram_recv(struct out_dgram *d, void *buf, size_t len);
ssize_t hostdgram_recv_from(struct out_dgram *d, void *buf, size_t len, struct endpoint *peer);
ssize_t hostdgram_send_to(struct out_dgram *d, const void *buf, size_t len, const struct endpoint *peer);
void hostdgram_close(struct out_dgram *d);

#endif
