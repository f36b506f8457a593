/*
 * host/tap.h - a TAP (or TUN) device as a wire, with the virtio-net header and its offloads:
 * super-segments and partial checksums both ways.
 *
 * What comes in is handed to a callback, so that a stack, an emulated link or a capture can stand
 * behind it. What goes out and the device does not take now waits in a bounded queue.
 */
#ifndef HOST_TAP_H
#define HOST_TAP_H

#include "core/iface.h"
#include "pkt/queue.h"

struct core;
struct loop;
struct tap;

struct tap_config {
	const char *name;  /* of the interface; created unless it exists. NULL or "" = the kernel chooses */
	bool raw_ip;       /* a TUN: bare IP packets */
	bool no_offload;   /* frames of MTU size with complete checksums, both ways */
	struct loop *loop; /* borrowed */
	struct core *core; /* borrowed: its pool serves, and it counts the drops */
	/* Frames that came in, at least one, now the callee's. */
	void (*frames)(void *arg, struct pkt_queue *frames, nsec_t now);
	void *arg;
};

/*
 * 0 with *@out, or a negative LEAT_E: -LEAT_EPERM without CAP_NET_ADMIN, -LEAT_ENOENT without
 * /dev/net/tun, -LEAT_EBUSY.
 */
int tap_open(const struct tap_config *config, struct tap **out);

/* Frames that wait are dropped; the interface goes unless it was made persistent. */
void tap_close(struct tap *tap);

/* The wire that an interface transmits on; it lives as long as the TAP. */
struct wire *tap_wire(struct tap *tap);

const char *tap_name(const struct tap *tap);

#endif
