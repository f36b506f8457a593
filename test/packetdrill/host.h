/*
 * packetdrill/host.h - one stack with a virtual clock, behind one lock: the machine that a script believes to be on.
 *
 * Time moves only when the tool lets it: by sleeping, by asking for the time, by waiting for a packet. Each function takes the lock
 * itself unless it says otherwise.
 */
#ifndef PACKETDRILL_HOST_H
#define PACKETDRILL_HOST_H

#include "base/list.h"
#include "base/nsec.h"
#include "core/iface.h"
#include "sock/sock.h"

#include <pthread.h>

enum { HOST_FDS = 1024 };

/* What stands behind a descriptor. */
struct file {
	struct sock *sk;     /* a socket; NULL for an epoll set */
	struct list watches; /* an epoll set: of struct watch */
	bool used;
	bool nonblock;
	uint64_t events; /* how often something happened to the socket */
};

struct host {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned waiters; /* threads that wait in a call */
	nsec_t wakes_at;  /* when the first of them has waited long enough */
	pthread_t tool;   /* the thread that plays the script, and lets time pass */
	nsec_t now;
	struct pkt_pool *pool;
	struct stack *stack;
	struct iface *iface;
	struct wire wire;
	struct list out; /* packets that left, stamped */
	struct file file[HOST_FDS];
};

/* @flags: words like local=192.168.0.1,local6=fd3d::1,mtu=1500,seed=1 in any order; rcvbuf= and sndbuf= are how far buffers grow. NULL, with a word on stderr, when they make no sense. */
struct host *host_new(const char *flags);
void host_free(struct host *h);

/* Time passes until @until; what is due in between happens at its time. Locked by the caller. */
void host_advance(struct host *h, nsec_t until);

/* The script says that @addr is ours: then it is. Locked by the caller. */
void host_adopt(struct host *h, const struct ipaddr *addr);

/* Something happened: threads that wait look again, and get a moment to come back before time goes on. Locked by the caller. */
void host_wake(struct host *h);

/*
 * Waits until something happened, or until @deadline. While another thread than the tool's waits, the tool lets time pass; the tool's own lets it pass
 * here. False: the deadline is over, or (after a message) nothing will happen by itself any more. Locked by the caller.
 */
bool host_wait(struct host *h, nsec_t deadline);

int host_packet_in(struct host *h, const void *packet, size_t len);
int host_packet_out(struct host *h, void *to, size_t *len, long long *when);

#endif
