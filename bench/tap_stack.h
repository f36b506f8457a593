/*
 * bench/tap_stack.h - one of Leat's stacks on a TAP, with a loop that drives it, as the measuring
 * programs need it. It knows no service. Every failure ends the program with a message.
 */
#ifndef BENCH_TAP_STACK_H
#define BENCH_TAP_STACK_H

#include "host/loop.h"
#include "stack/stack.h"

#include <stdbool.h>

struct sink;
struct tap;

struct tap_stack {
	struct loop *loop; /* borrowed */
	struct pkt_pool *pool;
	struct stack *stack;
	struct iface *iface;
	struct tap *tap;
	struct loop_source source;
};

/* Ends the program with a message if @err is an error. */
void bench_must(const char *what, int err);

/* Stops @loop at SIGTERM and SIGINT. @w is the caller's, and must not move. */
void bench_stop_on_signal(struct loop *loop, struct loop_fd *w);

/*
 * Makes a host on the TAP @name, which ends up in the frame's addresses with @number in its last
 * octet. @sink (NULL: none) gets its events. It has no address of IP yet.
 */
void tap_stack_open(struct tap_stack *h, struct loop *loop, const char *name, uint8_t number, bool offload,
    struct sink *sink);

/* Adds the address @text with a prefix of @bits bits. */
void tap_stack_address(struct tap_stack *h, const char *text, uint8_t bits);

/* Frees the host. What was opened on it must have been closed, or is aborted. */
void tap_stack_close(struct tap_stack *h);

#endif
