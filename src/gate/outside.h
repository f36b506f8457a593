/*
 * gate/outside.h - what the gateway needs of the world outside, as a table of operations.
 *
 * host/ implements it with the machine's sockets and a real clock; sim/ implements it in virtual
 * time. The gateway starts an operation and is told later through its callbacks, never from within
 * the call that started it.
 */
#ifndef GATE_OUTSIDE_H
#define GATE_OUTSIDE_H

#include "base/ipaddr.h"
#include "pkt/pkt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct out_stream; /* a byte stream outside */
struct out_dgram;  /* a datagram flow outside */
struct out_listener;

/*
 * What happened to a stream (datagrams know OUT_READABLE only); a mask. OUT_CONNECTED or OUT_FAILED
 * comes first, then only what is wanted.
 */
enum out_news { OUT_CONNECTED = 1, OUT_READABLE = 2, OUT_WRITABLE = 4, OUT_FAILED = 8 };

struct outside_ops {
	/*
	 * Connect to @to. 0 with *@out, and news to come; 1 with *@out: connected already, and
	 * OUT_CONNECTED does not come; or the error at once (-LEAT_ECONNREFUSED, -LEAT_ENETUNREACH,
	 * -LEAT_EMFILE...).
	 */
	int (*connect)(void *self, const struct endpoint *to, void (*news)(void *arg, unsigned mask),
	    void *arg, struct out_stream **out);
	/* Octets read (>0); 0 at end of file; -LEAT_EAGAIN; -LEAT_ECONNRESET and others once. */
	ssize_t (*read)(struct out_stream *s, void *buf, size_t len);
	/*
	 * Octets written of what the @n spans hold, or -LEAT_EAGAIN, or the error. @last: once all
	 * of it is written, shutdown() or close() follows at once.
	 */
	ssize_t (*write)(struct out_stream *s, const struct pkt_span *span, unsigned n, bool last);
	/*
	 * TCP's urgent data; both NULL where there is none. Is the next octet that read() would
	 * give the urgent one? It is to be read alone. And: write it.
	 */
	bool (*at_mark)(struct out_stream *s);
	ssize_t (*write_urgent)(struct out_stream *s, uint8_t octet);
	int (*shutdown)(struct out_stream *s); /* half-close: no more is written */
	/*
	 * The end of @s, allowed from its own news. @reset: with RST, if the outside knows such a
	 * thing.
	 */
	void (*close)(struct out_stream *s, bool reset);
	/*
	 * Why OUT_FAILED: the LEAT_E number. OUT_FAILED is told once; after a connection has
	 * failed, what had arrived before can still be read.
	 */
	int (*error)(struct out_stream *s);
	/* Which news are wanted from now on (level-triggered); OUT_FAILED always is. */
	void (*want)(struct out_stream *s, unsigned mask);

	/* A datagram socket connected to @to. */
	int (*dgram_open)(void *self, const struct endpoint *to, void (*news)(void *arg, unsigned mask),
	    void *arg, struct out_dgram **out);
	ssize_t (*dgram_send)(struct out_dgram *d, const void *buf, size_t len);
	ssize_t (*dgram_recv)(struct out_dgram *d, void *buf,
	    size_t len); /* -LEAT_EAGAIN; -LEAT_ECONNREFUSED when the far port is closed */
	void (*dgram_close)(struct out_dgram *d); /* allowed from its own news */

	/*
	 * ICMP echo, where the machine allows it: -LEAT_EPERM otherwise. Replies come through
	 * dgram_recv (ICMP message from its header on).
	 */
	int (*echo_open)(void *self, const struct ipaddr *to, void (*news)(void *arg, unsigned mask),
	    void *arg, struct out_dgram **out);

	/*
	 * Published ports: listen outside at @at; @incoming is called with each new stream (already
	 * connected) and its peer's name.
	 */
	int (*listen)(void *self, const struct endpoint *at,
	    void (*incoming)(void *arg, struct out_stream *s, const struct endpoint *peer), void *arg,
	    struct out_listener **out);
	/* After @incoming: whom the stream tells. */
	void (*adopt)(struct out_stream *s, void (*news)(void *arg, unsigned mask), void *arg);
	void (*listener_close)(struct out_listener *l);
	/* Published UDP: datagrams with their peers. */
	int (*dgram_listen)(void *self, const struct endpoint *at, void (*news)(void *arg, unsigned mask),
	    void *arg, struct out_dgram **out);
	ssize_t (*dgram_recv_from)(struct out_dgram *d, void *buf, size_t len, struct endpoint *peer);
	ssize_t (*dgram_send_to)(
	    struct out_dgram *d, const void *buf, size_t len, const struct endpoint *peer);
};

#endif
