/*
 * io/sockio.h - io's world over the sockets of one of Leat's own stacks (sock/sock.h). Whoever
 * drives the stack drives this world: callbacks come from stack_advance() and stack_input().
 *
 * Streams have urgent data, and peek(), reserve() and commit() without a copy. They do not wait for
 * short segments to be acknowledged (Nagle's algorithm is off): what belongs together is written
 * with IO_MORE. A listener or datagram socket at an IPv6 address is for IPv6 alone; a datagram
 * socket without any name is for both families.
 */
#ifndef IO_SOCKIO_H
#define IO_SOCKIO_H

#include "io/io.h"

struct sock;
struct stack;

/*
 * A world over @stack, which must outlive it. Its random() draws from the secret of @stack's core:
 * no one can guess it where that secret comes from the machine's generator; in virtual time the
 * seed gives it. NULL without memory.
 */
struct io_world *sockio_new(struct stack *stack);

/* Everything that was opened through @world must have been closed. */
void sockio_free(struct io_world *world);

/*
 * Makes a stream of the connection @sk, which the caller opened itself; its options stay as they
 * are. @connecting: sock_connect() has not succeeded yet, and the stream will report how it went. A
 * child that waits for sock_answer() can be a stream already: it reports IO_FAILED when the peer
 * gives up. Returns NULL without memory, with @sk still the caller's.
 */
struct io_stream *sockio_adopt(
    struct io_world *world, struct sock *sk, bool connecting, io_stream_fn *fn, void *arg);

/* Returns the socket of @s, which stays the stream's. */
struct sock *sockio_sock(const struct io_stream *s);

/* Ends the stream, and returns its socket, which is the caller's again. */
struct sock *sockio_release(struct io_stream *s);

/* Number of streams, listeners and datagram sockets of @world that are open. */
unsigned sockio_open(const struct io_world *world);

#endif
