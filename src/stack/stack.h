/*
 * stack/stack.h - one host, assembled: core, IPv4, IPv6, ICMP, UDP, TCP, sockets, and its
 * interfaces.
 */
#ifndef STACK_STACK_H
#define STACK_STACK_H

#include "core/core.h"
#include "pkt/queue.h"
#include "sock/sock.h"

struct stack;

/* NULL without memory. */
struct stack *stack_new(const struct core_config *config);
void stack_free(struct stack *s);

struct core *stack_core(struct stack *s);
struct socks *stack_socks(struct stack *s);
struct tcp *stack_tcp(struct stack *s);
struct udp *stack_udp(struct stack *s);
struct net *stack_net(struct stack *s);

/*
 * An Ethernet interface on @wire; addresses and routes are added through core/iface.h and
 * core/route.h.
 */
int stack_add_ethernet(struct stack *s, const char *name, uint32_t mtu, const uint8_t mac[6],
    struct wire *wire, struct iface **out);
/* An interface that carries bare IP packets. */
int stack_add_rawip(struct stack *s, const char *name, uint32_t mtu, struct wire *wire, struct iface **out);
/* Every stack has "lo" with 127.0.0.1/8 and ::1/128 from birth; see core's iface list. */

/*
 * The time is @now: fire what is due, and from here on all that is called happens at @now. Call
 * before using sockets after a wait.
 */
void stack_advance(struct stack *s, nsec_t now);

/* A frame arrived on @iface at @now. Consumes it. */
void stack_input(struct stack *s, struct iface *iface, struct pkt *frame, nsec_t now);

/*
 * All of @frames, in order, as they came in at once: as stack_input() of each, but TCP segments
 * that follow one another are joined before they are looked at (pkt/gro.h), and watchers are called
 * once. Leaves @frames empty.
 */
void stack_input_batch(struct stack *s, struct iface *iface, struct pkt_queue *frames, nsec_t now);

/* When stack_advance() must be called at the latest; NSEC_NEVER when nothing is pending. */
nsec_t stack_next(struct stack *s);

#endif
