/*
 * host/hostsock_impl.h - what hostsock.c, hoststream.c, hostlisten.c and hostdgram.c share. For
 * these only.
 */
#ifndef HOST_HOSTSOCK_IMPL_H
#define HOST_HOSTSOCK_IMPL_H

#include "gate/outside.h"
#include "host/fd_room.h"
#include "host/loop.h"

struct hostsock {
	struct loop *loop;
	struct fd_room *room;
	struct loop_source source;
	struct list due; /* streams that want to be told what is known already */
	unsigned open;   /* streams, datagram flows and listeners */
};

/* A non-blocking socket of @e's family, taken from the budget, or a negative LEAT_E. */
int hostsock_socket(struct hostsock *h, const struct endpoint *e, int type, int protocol);
int hostsock_bind(int fd, const struct endpoint *at);
int hostsock_name(int fd, struct endpoint *out);

/* hostsock.source: streams that have something to be told. */
nsec_t hoststream_due_next(struct loop_source *source);
void hoststream_due_run(struct loop_source *source, nsec_t now);

/*
 * A stream over @fd, which becomes the stream's. NULL, with @fd still the caller's, and *@e set,
 * when that cannot be.
 */
struct out_stream *hoststream_new(struct hostsock *h, int fd, bool connecting, int *e);

/* @s came from outside: the program's side of it is still to take a descriptor. */
void hoststream_entered(struct out_stream *s);

/* What every stream's socket is told; what a listener's was told, those that it accepts have. */
void hoststream_tune(int fd);

int hoststream_connect(void *self, const struct endpoint *to, void (*news)(void *arg, unsigned mask),
    void *arg, struct out_stream **out);
ssize_t hoststream_read(struct out_stream *s, void *buf, size_t len);
ssize_t hoststream_write(struct out_stream *s, const struct pkt_span *span, unsigned n, bool last);
bool hoststream_at_mark(struct out_stream *s);
ssize_t hoststream_write_urgent(struct out_stream *s, uint8_t octet);
int hoststream_shutdown(struct out_stream *s);
void hoststream_close(struct out_stream *s, bool reset);
int hoststream_error(struct out_stream *s);
void hoststream_want(struct out_stream *s, unsigned mask);
void hoststream_adopt(struct out_stream *s, void (*news)(void *arg, unsigned mask), void *arg);

int hostlisten_open(void *self, const struct endpoint *at,
    void (*incoming)(void *arg, struct out_stream *s, const struct endpoint *peer), void *arg,
    struct out_listener **out);
void hostlisten_close(struct out_listener *l);

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
