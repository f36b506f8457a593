/*
 * sim/outside_impl.h - what outside.c, outside_stream.c and outside_dgram.c share. For these only.
 */
#ifndef SIM_OUTSIDE_IMPL_H
#define SIM_OUTSIDE_IMPL_H

#include "base/list.h"
#include "base/wheel.h"
#include "sim/outside.h"

enum { SIM_SERVICES = 64 };

/* How long news travel. */
#define SIM_TICK USEC

struct sim_outside {
	struct wheel *wheel;
	const nsec_t *now;
	const struct sim_service *service[SIM_SERVICES];
	unsigned nservices;
	struct list streams, dgrams, listeners;
	unsigned open, most; /* what the gateway has open, and may have */
};

/* Who serves @to; NULL when the network is unreachable. */
const struct sim_service *sim_find_service(const struct sim_outside *o, const struct endpoint *to);

static inline bool
sim_endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && ipaddr_eq(&a->addr, &b->addr);
}

/* outside_stream.c; NULL without memory */
struct out_stream *sim_stream_new(struct sim_outside *o, const struct sim_service *service);
void sim_streams_free(struct sim_outside *o);
int sim_connect(void *self, const struct endpoint *to, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_stream **out);
ssize_t sim_read(struct out_stream *s, void *buf, size_t len);
ssize_t sim_write(struct out_stream *s, const struct pkt_span *span, unsigned n, bool last);
int sim_shutdown(struct out_stream *s);
void sim_close(struct out_stream *s, bool reset);
int sim_error(struct out_stream *s);
void sim_want(struct out_stream *s, unsigned mask);
void sim_adopt(struct out_stream *s, void (*news)(void *arg, unsigned mask), void *arg);

/* outside_dgram.c */
int sim_dgram_open(void *self, const struct endpoint *to, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_dgram **out);
int sim_echo_open(void *self, const struct ipaddr *to, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_dgram **out);
int sim_dgram_listen(void *self, const struct endpoint *at, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_dgram **out);
ssize_t sim_dgram_send(struct out_dgram *d, const void *buf, size_t len);
ssize_t sim_dgram_recv(struct out_dgram *d, void *buf, size_t len);
ssize_t sim_dgram_recv_from(struct out_dgram *d, void *buf, size_t len, struct endpoint *peer);
ssize_t sim_dgram_send_to(struct out_dgram *d, const void *buf, size_t len, const struct endpoint *peer);
void sim_dgram_close(struct out_dgram *d);

#endif
