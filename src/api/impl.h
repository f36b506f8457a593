/*
 * api/impl.h - what stands behind the opaque types of leat.h: thin, since the layers below already have these shapes.
 */
#ifndef API_IMPL_H
#define API_IMPL_H

#include "base/ipaddr.h"
#include "base/list.h"
#include "core/iface.h"
#include "leat.h"
#include "sim/sim.h"
#include "sock/sock.h"
#include "stack/stack.h"

struct leat_stack {
	struct list node; /* of its simulation */
	struct stack *stack;
	struct pkt_pool *pool; /* NULL: the simulation's */
	struct list ifaces, socks;
	struct api_driver *driver; /* what a loop drives it by; NULL */
};

struct leat_iface {
	struct list node;
	struct leat_stack *owner;
	struct iface *iface;
	struct wire wire; /* the caller's, where he carries the frames */
	void (*transmit)(void *arg, const void *frame, size_t len);
	void *arg;
	uint8_t *buf; /* frames in one piece */
};

struct leat_sock {
	struct list node;
	struct leat_stack *owner;
	struct sock *sk;
	void (*fn)(struct leat_sock *sock, void *arg);
	void *arg;
};

/* Around a stack that exists; NULL without memory. */
struct leat_stack *api_stack_wrap(struct stack *stack, struct pkt_pool *pool);

/* Sockets and interfaces; the stack itself is the caller's to free before, the wrapper goes. */
void api_stack_unwrap(struct leat_stack *s);
void api_socks_close(struct leat_stack *s);

/* Around an interface that exists; NULL without memory. */
struct leat_iface *api_iface_wrap(struct leat_stack *owner, struct iface *iface);

struct endpoint api_endpoint(const struct leat_addr *a);
struct leat_addr api_addr(const struct endpoint *e);

/* The stack of @driver is being freed: its loop lets go. loop.c */
void api_driver_drop(struct api_driver *driver);

#endif
