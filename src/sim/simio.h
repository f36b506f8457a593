/*
 * sim/simio.h - io/io.h in virtual time, without any network: named hosts whose streams are pairs
 * of pipes of bounded size, with a delay each way.
 *
 * It reads no clock and has no turn of its own: its timers stand in a wheel that the caller
 * advances. The same calls at the same times with the same seed give the same events. An event
 * reaches its owner one microsecond after what caused it at the earliest, and a level that lasts is
 * notified each microsecond, so an owner that does not want what holds lets time pass.
 */
#ifndef SIM_SIMIO_H
#define SIM_SIMIO_H

#include "base/nsec.h"
#include "io/io.h"

struct simio_net;
struct simio_host;

enum { SIMIO_WINDOW = 65536, SIMIO_ADDRESSES = 8, SIMIO_RULES = 64 };

/*
 * How those fare who connect or send to @at. The first rule that fits decides; without one, all
 * fields are 0.
 */
struct simio_rule {
	struct endpoint at; /* unspecified address: any address; port 0: any port */
	/*
	 * How long octets and datagrams travel to @at, and back from it. NSEC_NEVER: nothing
	 * arrives, and what follows on the same stream does not arrive either.
	 */
	nsec_t there, back;
	int error;    /* connects and datagrams end with this LEAT_E number, which comes from @at */
	bool at_once; /* the call that connects or sends returns the error itself */
	/* Octets that a pipe holds until its writer knows that they were read. 0: SIMIO_WINDOW. */
	size_t window;
};

/*
 * @now must stay good as long as the net: it is the time of the turn that advances @wheel. NULL
 * without memory.
 */
struct simio_net *simio_net_new(struct wheel *wheel, const nsec_t *now, uint64_t seed);
/* Asserts that no stream, listener or datagram socket is open. */
void simio_net_free(struct simio_net *net);

/* @rule is borrowed, and may change while it serves. 0, or -LEAT_ENOSPC. */
int simio_net_rule(struct simio_net *net, const struct simio_rule *rule);

/* Streams, listeners and datagram sockets that owners hold, on all hosts. */
unsigned simio_net_open(const struct simio_net *net);

/* A host, which the net owns. Every host has 127.0.0.1 and ::1 for itself. NULL without memory. */
struct simio_host *simio_host_new(struct simio_net *net);

/*
 * The text @addr becomes an address of @h. 0, -LEAT_EINVAL (no address), -LEAT_EADDRINUSE (another
 * host's), -LEAT_ENOSPC.
 */
int simio_host_address(struct simio_host *h, const char *addr);

/* From now on all addresses that no other host has are @h's: it is the rest of the Internet. */
void simio_host_everywhere(struct simio_host *h);

/*
 * From now on a stream or datagram socket of @h that would be more than the @most-th ends in
 * -LEAT_EMFILE.
 */
void simio_host_limit(struct simio_host *h, unsigned most);

/* Streams and datagram sockets of @h that are open. */
unsigned simio_host_open(const struct simio_host *h);

/* What a service on @h sees. It lives as long as the net. */
struct io_world *simio_host_world(struct simio_host *h);

/*
 * As io_connect() on @h's world, from the address and the port @from (0: any). Also
 * -LEAT_EADDRNOTAVAIL, if @h does not have the address.
 */
int simio_connect_from(struct simio_host *h, const struct endpoint *from, const struct endpoint *to,
    io_stream_fn *fn, void *arg, struct io_stream **out);

/*
 * An ICMP echo socket of @h's world @w that sends to @to, as host/hostio.h has one. The net answers
 * by the rule for @to: after its delay, or with its error; nothing has to listen there.
 */
int simio_echo(
    struct io_world *w, const struct ipaddr *to, io_dgram_fn *fn, void *arg, struct io_dgram **out);

/*
 * Listens at every port of @h that no other listener has; local() of an accepted stream says which
 * one it was. 0, or -LEAT_EADDRINUSE.
 */
int simio_listen_rest(struct simio_host *h, int backlog, void (*fn)(struct io_listener *l, void *arg),
    void *arg, struct io_listener **out);

#endif
