/*
 * sim/simio.h - implements io/io.h in virtual time, without a network. Hosts have addresses. A
 * stream is a pair of pipes of limited size, with a delay in each direction.
 *
 * It reads no clock and has no loop: its timers are in a wheel that the caller advances. The same
 * calls at the same times with the same seed give the same events. An owner is notified of an event
 * one microsecond after its cause at the earliest. While a level lasts, its owner is notified again
 * each microsecond. So virtual time passes between two notifications.
 */
#ifndef SIM_SIMIO_H
#define SIM_SIMIO_H

#include "base/nsec.h"
#include "io/io.h"

struct simio_net;
struct simio_host;

enum { SIMIO_WINDOW = 65536, SIMIO_ADDRESSES = 8, SIMIO_RULES = 64 };

/*
 * What happens to connections and datagrams to @at. The first rule that fits is used. If none fits,
 * all fields are 0.
 */
struct simio_rule {
	struct endpoint at; /* unspecified address: any address; port 0: any port */
	/*
	 * The delay of octets and datagrams to @at, and back from it. NSEC_NEVER: they do not
	 * arrive, nor do later ones on the same stream.
	 */
	nsec_t there, back;
	int error;    /* @at answers connections and datagrams with this LEAT_E number */
	bool at_once; /* the call that connects or sends returns the error */
	/*
	 * How many octets a pipe holds. They count until the writer knows that they were read. 0:
	 * SIMIO_WINDOW.
	 */
	size_t window;
};

/*
 * Makes a net, which simio_net_free() frees. @wheel and @now are borrowed: *@now is the time to
 * which @wheel was advanced. Returns NULL without memory.
 */
struct simio_net *simio_net_new(struct wheel *wheel, const nsec_t *now, uint64_t seed);
/* Frees the net and its hosts. Asserts that no stream, listener or datagram socket is open. */
void simio_net_free(struct simio_net *net);

/* Adds @rule, which is borrowed, and may be changed later. Returns 0, or -LEAT_ENOSPC. */
int simio_net_rule(struct simio_net *net, const struct simio_rule *rule);

/* Returns the number of open streams, listeners and datagram sockets on all hosts. */
unsigned simio_net_open(const struct simio_net *net);

/*
 * Makes a host, which the net owns. Every host has its own 127.0.0.1 and ::1. Returns NULL without
 * memory.
 */
struct simio_host *simio_host_new(struct simio_net *net);

/*
 * Parses @addr and adds it to @h. Returns 0; -LEAT_EINVAL if it is not a usable address;
 * -LEAT_EADDRINUSE if a host has it already; -LEAT_ENOSPC.
 */
int simio_host_address(struct simio_host *h, const char *addr);

/* Gives @h all addresses that no other host has. So it is the rest of the Internet. */
void simio_host_everywhere(struct simio_host *h);

/*
 * Limits the open streams and datagram sockets of @h to @most. A call that would open more returns
 * -LEAT_EMFILE.
 */
void simio_host_limit(struct simio_host *h, unsigned most);

/* Returns the number of open streams and datagram sockets of @h. */
unsigned simio_host_open(const struct simio_host *h);

/* Returns the world of a service that runs on @h. It lives as long as the net. */
struct io_world *simio_host_world(struct simio_host *h);

/*
 * Connects as io_connect() on @h's world does, but from the address and port @from (port 0: any).
 * Also returns -LEAT_EADDRNOTAVAIL, if @h does not have the address.
 */
int simio_connect_from(struct simio_host *h, const struct endpoint *from, const struct endpoint *to,
    io_stream_fn *fn, void *arg, struct io_stream **out);

/*
 * Opens an ICMP echo socket in the world @w of a host. It sends to @to, as the one of
 * host/hostio.h. The net itself answers, by the rule for @to: after its delay, or with its error.
 * No socket needs to be open there. Returns 0 with *@out, or a negative LEAT_E.
 */
int simio_echo(
    struct io_world *w, const struct ipaddr *to, io_dgram_fn *fn, void *arg, struct io_dgram **out);

/*
 * Listens at every port of @h that no other listener has. local() of an accepted stream returns the
 * port that the client connected to. Returns 0, or -LEAT_EADDRINUSE if such a listener exists.
 */
int simio_listen_rest(struct simio_host *h, int backlog, void (*fn)(struct io_listener *l, void *arg),
    void *arg, struct io_listener **out);

#endif
