/*
 * stack/stack.h - one host, assembled: core, IPv4, IPv6, ICMP, UDP, TCP, sockets and interfaces. It
 * does no I/O and reads no clock.
 */
#ifndef STACK_STACK_H
#define STACK_STACK_H

#include "core/core.h"
#include "pkt/queue.h"
#include "sock/sock.h"

struct stack;

/*
 * Makes a host with one interface, "lo", which has 127.0.0.1/8 and ::1/128. Returns NULL without
 * memory.
 */
struct stack *stack_new(const struct core_config *config);
void stack_free(struct stack *s);

struct core *stack_core(struct stack *s);
struct socks *stack_socks(struct stack *s);
struct tcp *stack_tcp(struct stack *s);
struct udp *stack_udp(struct stack *s);
struct net *stack_net(struct stack *s);

/*
 * Adds an Ethernet interface on @wire. Addresses and routes are added through core/iface.h and
 * core/route.h. Returns 0 with *@out, or an error of iface_add().
 */
int stack_add_ethernet(struct stack *s, const char *name, uint32_t mtu, const uint8_t mac[6],
    struct wire *wire, struct iface **out);
/* Adds an interface that carries bare IP packets. Otherwise as stack_add_ethernet(). */
int stack_add_rawip(struct stack *s, const char *name, uint32_t mtu, struct wire *wire, struct iface **out);

/*
 * Sets the time to @now and does what is due. Later calls happen at @now. Must be called after a
 * wait, before sockets are used.
 */
void stack_advance(struct stack *s, nsec_t now);

/* Takes a frame that arrived on @iface at @now. Owns and frees it. */
void stack_input(struct stack *s, struct iface *iface, struct pkt *frame, nsec_t now);

/*
 * Takes @frames, which arrived together at @now, in their order. As stack_input() of each, but
 * consecutive TCP segments are joined first (pkt/gro.h), and watchers are called once. Leaves
 * @frames empty.
 */
void stack_input_batch(struct stack *s, struct iface *iface, struct pkt_queue *frames, nsec_t now);

/*
 * Returns when stack_advance() must be called at the latest, or NSEC_NEVER if nothing is pending.
 */
nsec_t stack_next(struct stack *s);

#endif
