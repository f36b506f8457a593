/*
 * sim/outside.h - gate/outside.h in virtual time: a world outside made of scripted services.
 *
 * It reads no clock and needs no driver of its own: its timers stand in a wheel that somebody
 * advances (the gateway stack's core->wheel will do). A service is told of each connection to it,
 * and uses its end through the sim_peer_ calls; both ends of a stream are one object, with a pipe
 * of bounded size each way. News travel for a microsecond, so that no call is answered from within
 * itself.
 */
#ifndef SIM_OUTSIDE_H
#define SIM_OUTSIDE_H

#include "base/nsec.h"
#include "gate/outside.h"

struct sim_outside;
struct wheel;

extern const struct outside_ops sim_outside_ops;

/* How one address outside behaves. */
struct sim_service {
	struct endpoint at; /* unspecified address, port 0: any */
	nsec_t delay;       /* until a connect, a datagram or an echo is answered; NSEC_NEVER = never */
	int error;          /* connects and datagrams end with this LEAT_E number */
	bool at_once;       /* connect() itself returns the error */
	size_t window;      /* octets that each pipe holds; 0 = 65,536 */
	/*
	 * A connection has been made. Sets what peer news are told to. May be NULL, as the two
	 * below.
	 */
	void (*opened)(void *arg, struct out_stream *peer);
	/*
	 * OUT_READABLE, OUT_WRITABLE, OUT_FAILED: something changed at the service's end; ask again
	 * with read and write.
	 */
	void (*news)(void *arg, struct out_stream *peer, unsigned mask);
	/* A datagram from the gateway; answer it with sim_dgram_reply(). */
	void (*dgram)(void *arg, struct out_dgram *d, const uint8_t *octets, size_t len);
	void *arg;
};

/* @now must stay good as long as the outside: &core->now. NULL without memory. */
struct sim_outside *sim_outside_new(struct wheel *wheel, const nsec_t *now);
/* All that the gateway had must have been closed; the services' ends are given up. */
void sim_outside_free(struct sim_outside *o);

/*
 * @service is borrowed and may change while it serves. The first that fits is taken; without any,
 * the network is unreachable.
 */
int sim_outside_serve(struct sim_outside *o, const struct sim_service *service);

/*
 * The service's end of a stream: as the operations of the same names. 0 at end of file,
 * -LEAT_EAGAIN, -LEAT_ECONNRESET.
 */
ssize_t sim_peer_read(struct out_stream *s, void *buf, size_t len);
ssize_t sim_peer_write(struct out_stream *s, const void *buf, size_t len);
void sim_peer_shutdown(struct out_stream *s);
/* Must be called once for each stream that was opened; the handle is then gone. */
void sim_peer_close(struct out_stream *s, bool reset);
/* For the service's own use. */
void sim_peer_set_data(struct out_stream *s, void *data);
void *sim_peer_data(const struct out_stream *s);

/*
 * A client outside: connect to what listens at @at, as @from. 0 with *@out, its end; or
 * -LEAT_ECONNREFUSED. @service: whom it tells (borrowed).
 */
int sim_outside_dial(struct sim_outside *o, const struct endpoint *at, const struct endpoint *from,
    const struct sim_service *service, struct out_stream **out);

/*
 * Answer a datagram flow of the gateway's, or a datagram that sim_service.dgram was given, after
 * the service's delay.
 */
void sim_dgram_reply(struct out_dgram *d, const void *octets, size_t len);

/*
 * A datagram from @from to what listens at @at. 0, or -LEAT_ECONNREFUSED. Answers to it are told to
 * @service->dgram.
 */
int sim_outside_send(struct sim_outside *o, const struct endpoint *at, const struct endpoint *from,
    const void *octets, size_t len, const struct sim_service *service);

/*
 * From now on a stream or datagram flow that would be more than the @most-th open one ends in
 * -LEAT_EMFILE.
 */
void sim_outside_limit(struct sim_outside *o, unsigned most);

/* Streams, datagram flows and listeners that the gateway has open. */
unsigned sim_outside_open(const struct sim_outside *o);

#endif
