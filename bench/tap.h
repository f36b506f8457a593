/*
 * bench/tap.h - the services of a Leat host on a TAP for measurements. Each exists once in a
 * process.
 */
#ifndef BENCH_TAP_H
#define BENCH_TAP_H

#include "host/loop.h"
#include "sock/sock.h"

/* Serves iperf3 on port 5201, TCP only. */
void iperf3_serve(struct socks *socks, struct loop *loop);

/* Port 9 counts datagrams. Port 19 sends them to a host that asks. */
void datagrams_serve(struct socks *socks, struct loop *loop);
nsec_t datagrams_next(void);
void datagrams_run(nsec_t now);

/*
 * Port 7 answers a request and closes. Port 8 takes orders to open connections to port 7 of the
 * ordering host.
 */
void closes_serve(struct socks *socks, struct loop *loop);

#endif
