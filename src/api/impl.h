/*
 * api/impl.h - what stands behind the opaque types of leat.h: thin, since the layers below already
 * have these shapes.
 *
 * What this layer adds is the boundary: checked arguments, structs that may grow, callbacks of the
 * public types, and that all of a stack goes with it.
 */
#ifndef API_IMPL_H
#define API_IMPL_H

#include "base/ipaddr.h"
#include "base/list.h"
#include "core/core.h"
#include "leat.h"
#include "link/emu.h"
#include "stack/stack.h"

struct api_driver;
struct tap;

struct leat_stack {
	struct list node; /* of its simulation */
	struct stack *stack;
	struct pkt_pool *pool;     /* NULL: the simulation's */
	struct leat_sim *world;    /* NULL: the caller's own */
	struct api_driver *driver; /* what a loop drives it by; NULL */
	struct list ifaces, socks;
	struct sink sink;
	void (*watch)(void *arg, const struct leat_event *event);
	void *watch_arg;
};

struct leat_iface {
	struct list node;
	struct leat_stack *owner;
	struct iface *iface;
	struct wire wire; /* the caller's, where he carries the frames */
	void (*transmit)(void *arg, const struct leat_span *span, unsigned count,
	    size_t len); /* NULL: somebody else does */
	void *arg;
	uint32_t flags;
	struct tap *tap; /* NULL */
};

struct leat_sock {
	struct list node;
	struct leat_stack *owner;
	struct sock *sk;
	size_t reserved; /* octets that leat_sock_reserve() gave */
	void (*fn)(struct leat_sock *sock, void *arg);
	void *arg;
};

/* Structs that may grow. config.c */

/*
 * Copy the caller's struct, which begins with its size, into ours of @known octets: what it lacks
 * is 0. -LEAT_EINVAL when it is too small to tell, or has something behind @known that is not 0.
 * @from NULL: all 0.
 */
int api_config(void *to, size_t known, const void *from);

/* Fill @size octets of the caller's struct from ours: what we do not know of is 0. */
void api_fill(void *to, size_t size, const void *from, size_t known);

/* Addresses. addr.c */
struct endpoint api_endpoint(const struct leat_addr *a);
struct leat_addr api_addr(const struct endpoint *e);
bool api_addr_unset(const struct leat_addr *a); /* all 0 */

/*
 * What leat.h calls unset ("::" whatever the family) as an unspecified address of @like's family.
 */
struct ipaddr api_addr_or_any(const struct leat_addr *a, const struct ipaddr *like);

/* Stacks and what belongs to them. stack.c */
struct leat_stack *api_stack_wrap(struct stack *stack, struct pkt_pool *pool); /* NULL without memory */
void api_stack_unwrap(struct leat_stack *s); /* after what it wraps has gone */
bool api_stack_flags_valid(uint32_t flags);
void api_stack_flags(struct stack *stack, uint32_t flags);

/* Interfaces. iface.c */

/* What an interface's config has in common, whoever carries its frames. */
struct api_iface_settings {
	const char *name;
	uint32_t mtu, flags, flags_allowed;
	uint8_t mac[6];
};

/* Check, and put defaults where the caller has none. 0 or -LEAT_EINVAL. */
int api_iface_check(struct leat_stack *owner, struct api_iface_settings *s);

struct leat_iface *api_iface_wrap(struct leat_stack *owner); /* around nothing yet; NULL without memory */
void api_iface_unwrap(struct leat_iface *i);

/*
 * It is around @iface from now on, which configures itself if the flags say so. 0 or a negative
 * error.
 */
int api_iface_adopt(struct leat_iface *i, struct iface *iface, uint32_t flags);

/* Make the interface, on @wire. 0 or a negative error. */
int api_iface_attach(struct leat_iface *i, const struct api_iface_settings *s, struct wire *wire);

/* Sockets. sock.c */
void api_socks_abort(struct leat_stack *s);

/* The stack of @driver is being freed: its loop lets go. loop.c */
void api_driver_drop(struct api_driver *driver);

#endif
