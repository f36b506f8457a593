/*
 * fuzz/run_nlroute.c - any octets as a program's netlink request. The answer must be whole messages
 * with the request's number, or an errno.
 */
#include "core/core.h"
#include "pkt/pool.h"
#include "run/network/nlroute.h"

#include <assert.h>
#include <linux/netlink.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(void *arg, const void *buf, size_t len)
{
	const uint8_t *at = buf;
	struct nlmsghdr h;

	while (len) {
		assert(len >= sizeof h);
		memcpy(&h, at, sizeof h);
		assert(h.nlmsg_len >= sizeof h && NLMSG_ALIGN(h.nlmsg_len) <= len && h.nlmsg_pid == 77);
		at += NLMSG_ALIGN(h.nlmsg_len);
		len -= NLMSG_ALIGN(h.nlmsg_len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct core *core;
	struct iface *iface;
	struct ipaddr addr = ipaddr_v4(0x0a00020f);

	if (!core) {
		struct core_config config = {.number = 1, .pool = pkt_pool_new(1 << 20)};
		struct iface_config eth = {.name = "eth0", .mtu = 1500};

		core = core_new(&config);
		if (!core || iface_add(core, &eth, &iface) || iface_addr_add(iface, &addr, 24, true))
			abort();
	}
	assert(nlroute_answer(core, data, size, 77, check, NULL) <= 0);
	return 0;
}
