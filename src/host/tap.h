/*
 * host/tap.h - a TAP or TUN device as a wire. With the virtio-net header it has offloads:
 * super-segments and partial checksums in both directions.
 *
 * Frames that the device receives go to a callback: to a stack, an emulated link or a capture.
 * Frames that the device cannot take yet wait in a queue of limited size.
 */
#ifndef HOST_TAP_H
#define HOST_TAP_H

#include "core/iface.h"
#include "pkt/queue.h"

struct core;
struct loop;
struct tap;

struct tap_config {
	const char *name;  /* of the interface, which is created if missing. NULL or "": the kernel chooses */
	bool raw_ip;       /* a TUN: bare IP packets */
	bool no_offload;   /* frames of MTU size with complete checksums, both ways */
	struct loop *loop; /* borrowed */
	struct core *core; /* borrowed: packets come from its pool, and it counts the drops */
	/* Called with the frames that were received, at least one. The callee owns them. */
	void (*frames)(void *arg, struct pkt_queue *frames, nsec_t now);
	void *arg;
};

/*
 * Opens the device. Returns 0 with *@out, which tap_close() frees; or a negative LEAT_E:
 * -LEAT_EPERM without CAP_NET_ADMIN, -LEAT_ENOENT without /dev/net/tun, -LEAT_EBUSY if another
 * process uses the interface.
 */
int tap_open(const struct tap_config *config, struct tap **out);

/* Closes the device. Drops frames that wait. The interface is removed unless it is persistent. */
void tap_close(struct tap *tap);

/* Returns the wire that an interface transmits on. It lives as long as @tap. */
struct wire *tap_wire(struct tap *tap);

/* Returns the name of the interface; it lives as long as @tap. */
const char *tap_name(const struct tap *tap);

#endif
