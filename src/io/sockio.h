/*
 * io/sockio.h - io's world over the sockets of one of Leat's stacks (sock/sock.h). The driver of
 * the stack drives this world: callbacks are called from stack_advance() and stack_input().
 *
 * Streams have urgent data, and peek(), reserve() and commit() without a copy. Nagle's algorithm is
 * off, so short segments do not wait for acknowledgments: use IO_MORE for octets that belong
 * together. A listener or datagram socket at an IPv6 address is for IPv6 only. A datagram socket
 * without any name is for both families.
 */
#ifndef IO_SOCKIO_H
#define IO_SOCKIO_H

#include "io/io.h"

struct sock;
struct stack;

/*
 * Makes a world over @stack, which must outlive it. Its random() draws from the secret of @stack's
 * core: if that secret is from the machine's generator, no one can guess the octets; in virtual
 * time the seed determines them. Returns NULL without memory.
 */
struct io_world *sockio_new(struct stack *stack);

/* Frees @world. Everything that was opened through it must have been closed. */
void sockio_free(struct io_world *world);

/*
 * Makes a stream of the connection @sk, which the caller opened itself. Its options are not
 * changed. @connecting: sock_connect() has not succeeded yet, and the stream will report how it
 * goes. A child that waits for sock_answer() can be adopted, too: it reports IO_FAILED if the peer
 * gives up. Returns NULL without memory; @sk is then still the caller's.
 */
struct io_stream *sockio_adopt(
    struct io_world *world, struct sock *sk, bool connecting, io_stream_fn *fn, void *arg);

/* Returns the socket of @s, which stays the stream's. */
struct sock *sockio_sock(const struct io_stream *s);

/* Frees the stream and returns its socket, which is the caller's again. */
struct sock *sockio_release(struct io_stream *s);

/* Returns how many streams, listeners and datagram sockets of @world are open. */
unsigned sockio_open(const struct io_world *world);

#endif
