/*
 * packetdrill/host.h - one stack with a virtual clock, behind one lock. To a script it is the machine
 * under test.
 *
 * Time passes only within calls of the tool: when it sleeps, asks for the time, or waits for a packet.
 * A function takes the lock itself unless it says that the caller holds it.
 */
#ifndef PACKETDRILL_HOST_H
#define PACKETDRILL_HOST_H

#include "base/list.h"
#include "base/nsec.h"
#include "core/iface.h"
#include "sock/sock.h"

#include <pthread.h>

enum { HOST_FDS = 1024 };

/* The file of a descriptor. */
struct file {
	struct sock *sk;     /* a socket; NULL for an epoll set */
	struct list watches; /* an epoll set: of struct watch */
	bool used;
	bool nonblock;
	uint64_t events; /* counts the events of the socket */
};

struct host {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned waiters; /* threads that wait in a call */
	nsec_t wakes_at;  /* the earliest of their deadlines */
	pthread_t tool;   /* runs the script, and lets time pass */
	nsec_t now;
	struct pkt_pool *pool;
	struct stack *stack;
	struct iface *iface;
	struct wire wire;
	struct list out; /* packets that left, with the time at which they did */
	struct file file[HOST_FDS];
};

/*
 * Returns a host. @flags: words like local=192.168.0.1,local6=fd3d::1,mtu=1500,seed=1 in any order;
 * rcvbuf= and sndbuf= limit the growth of buffers. If a word is wrong, prints a message on stderr and
 * returns NULL.
 */
struct host *host_new(const char *flags);
void host_free(struct host *h);

/* Lets time pass until @until. Timers fire at their times. The caller holds the lock. */
void host_advance(struct host *h, nsec_t until);

/* Gives @addr to the host, because the script uses it so. The caller holds the lock. */
void host_adopt(struct host *h, const struct ipaddr *addr);

/*
 * Reports an event. Threads that wait check again, and get a moment to return before time goes on. The
 * caller holds the lock.
 */
void host_wake(struct host *h);

/*
 * Waits for the next event, until @deadline at most. The tool's own thread lets time pass here; for any
 * other thread the tool does. Returns false at the deadline; or, after a message, if no event can come
 * any more. The caller holds the lock.
 */
bool host_wait(struct host *h, nsec_t deadline);

int host_packet_in(struct host *h, const void *packet, size_t len);
int host_packet_out(struct host *h, void *to, size_t *len, long long *when);

#endif
