/*
 * api/impl.h - the structs behind the opaque types of leat.h. They are thin, because the layers
 * below have nearly the same types.
 *
 * This layer is the boundary of the library. It checks arguments and converts structs that may
 * grow. It calls the caller's functions. When a stack is freed, it frees all that belongs to that
 * stack. It does not know how a protocol works.
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
	struct list node; /* in its simulation's list */
	struct stack *stack;
	struct pkt_pool *pool;     /* NULL: the simulation's pool */
	struct leat_sim *sim;      /* NULL: it is not part of a simulation */
	struct api_driver *driver; /* of the loop that drives it, or NULL */
	struct list ifaces, socks;
	struct sink sink;
	void (*watch)(void *arg, const struct leat_event *event);
	void *watch_arg;
};

struct leat_iface {
	struct list node;
	struct leat_stack *owner;
	struct iface *iface;
	struct wire wire; /* used if the caller carries the frames */
	void (*transmit)(void *arg, const struct leat_span *span, unsigned count,
	    size_t len); /* NULL: a TAP or an emulated link carries the frames */
	void *arg;
	uint32_t flags;
	struct tap *tap; /* or NULL */
};

struct leat_sock {
	struct list node;
	struct leat_stack *owner;
	struct sock *sk;
	size_t reserved; /* octets that leat_sock_reserve() has given */
	void (*fn)(struct leat_sock *sock, void *arg);
	void *arg;
};

/* config.c: structs that may grow. */

/*
 * Copies the caller's struct @from, which begins with its size, to @to, which has @known octets.
 * Members that the caller's struct does not have become 0. If @from is NULL, all members become 0.
 * Returns 0. Returns -LEAT_EINVAL if @from is too small to hold its size, or if it has an octet
 * after the first @known ones that is not 0.
 */
int api_config(void *to, size_t known, const void *from);

/*
 * Copies @known octets of @from to the caller's struct @to, which has @size octets. If @size is
 * smaller, only @size octets are copied. If it is larger, the rest of @to becomes 0.
 */
void api_fill(void *to, size_t size, const void *from, size_t known);

/* addr.c: addresses. */
struct endpoint api_endpoint(const struct leat_addr *a);
struct leat_addr api_addr(const struct endpoint *e);
bool api_addr_unset(const struct leat_addr *a); /* returns true if the address is all 0 */

/*
 * Returns @a; or, if it is unset ("::" in either family), the unspecified address of @like's
 * family.
 */
struct ipaddr api_addr_or_any(const struct leat_addr *a, const struct ipaddr *like);

/* stack.c: stacks and what belongs to them. */
struct leat_stack *api_stack_wrap(
    struct stack *stack, struct pkt_pool *pool); /* returns NULL without memory */
void api_stack_unwrap(struct leat_stack *s);     /* called after the stack that @s wraps was freed */
bool api_stack_flags_valid(uint32_t flags);
void api_stack_flags(struct stack *stack, uint32_t flags);

/* iface.c: interfaces. */

/* The members that all configurations of interfaces share. */
struct api_iface_settings {
	const char *name;
	uint32_t mtu, flags, flags_allowed;
	uint8_t mac[6];
};

/* Checks the settings and fills in defaults. Returns 0 or -LEAT_EINVAL. */
int api_iface_check(struct leat_stack *owner, struct api_iface_settings *s);

struct leat_iface *api_iface_wrap(
    struct leat_stack *owner); /* wraps no interface yet; returns NULL without memory */
void api_iface_unwrap(struct leat_iface *i);

/*
 * Makes @i the public handle of @iface, and starts autoconfiguration if @flags ask for it. Returns
 * 0 or a negative error.
 */
int api_iface_adopt(struct leat_iface *i, struct iface *iface, uint32_t flags);

/* Creates the interface that @i wraps, on @wire. Returns 0 or a negative error. */
int api_iface_attach(struct leat_iface *i, const struct api_iface_settings *s, struct wire *wire);

/* sock.c: resets the connections of all sockets of @s, and frees the sockets. */
void api_socks_abort(struct leat_stack *s);

/* loop.c: removes @driver from its loop, because its stack is being freed. */
void api_driver_drop(struct api_driver *driver);

#endif
