/*
 * test/unit/sock/sock_rig.h - sockets of hosts in virtual time: opened, listening, connected, and
 * their options. @who is the host, 0 or 1. Every call asserts that it succeeds.
 */
#ifndef TEST_SOCK_RIG_H
#define TEST_SOCK_RIG_H

#include "../simnet.h"
#include "sock/sock.h"

#include <stdbool.h>

/* The numbers of levels and options are Linux's. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>

/* Lets a second of virtual time pass. */
void settle(struct simnet *n);

struct sock *open_sock(struct simnet *n, unsigned who, bool v6, enum sock_type type);

/* Opens an IPv4 stream. */
struct sock *open_stream(struct simnet *n, unsigned who);

/* Opens a stream with SO_REUSEADDR and makes it listen. */
struct sock *open_listener(struct simnet *n, unsigned who, const char *text, uint16_t port, int backlog);

/* Connects @sk to @to and settles. */
void connect_to(struct simnet *n, struct sock *sk, struct endpoint to);

/* Connects a stream of host 0 to listener @l at @to. Returns both ends. */
void connect_pair(
    struct simnet *n, struct sock *l, struct endpoint to, struct sock **client, struct sock **server);

void set_int(struct sock *sk, int level, int name, int value);
int get_int(struct sock *sk, int level, int name);

#endif
