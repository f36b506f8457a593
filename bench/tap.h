/*
 * bench/tap.h - what a host on a TAP offers those who measure it. Each is one per process.
 */
#ifndef BENCH_TAP_H
#define BENCH_TAP_H

#include "host/loop.h"
#include "sock/sock.h"

/* Ends the program with a word if @err is one. */
void bench_must(const char *what, int err);

/* iperf3's server, for TCP, on port 5201. */
void iperf3_serve(struct socks *socks, struct loop *loop);

/* Port 9 counts what comes. Port 19 sends to whom asks. */
void datagrams_serve(struct socks *socks, struct loop *loop);
nsec_t datagrams_next(void);
void datagrams_run(nsec_t now);

/* Port 7 answers a request and closes. Port 8 takes orders of connections to the port 7 of who orders. */
void closes_serve(struct socks *socks, struct loop *loop);

#endif
