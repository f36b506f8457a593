/*
 * fuzz/wire_frame.c - any octets as a frame. The code that describes frames reads every header
 * through its accessors: as a frame, as a packet, and as a frame of which only a part is available.
 */
#include "wire/eth.h"
#include "wire/icmp.h"
#include "wire/ip6.h"
#include "wire/ndp.h"
#include "wire/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const char *text, size_t room)
{
	if (strlen(text) >= room)
		abort();
}

/* Walks over the options of neighbour discovery at every place where there could be some. */
static void
walk_ndp_options(const uint8_t *p, size_t n)
{
	const uint8_t *found;

	if (!ndp_opts_valid(p, n))
		return;
	for (unsigned type = 0; type < 256; type++) {
		found = ndp_opt_find(p, n, (uint8_t)type);
		if (found && (found < p || found + ndp_opt_len(found) > p + n))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_LINE], little[40];

	check(text_frame(data, size, size, text, sizeof text), sizeof text);
	check(text_frame(data, size, size + 100, little, sizeof little), sizeof little);
	check(text_packet(data, size, size, text, sizeof text), sizeof text);
	if (size > ETH_HDR_LEN + IP6_HDR_LEN + NDP_NEIGHBOR_LEN)
		walk_ndp_options(data + ETH_HDR_LEN + IP6_HDR_LEN + NDP_NEIGHBOR_LEN,
		    size - ETH_HDR_LEN - IP6_HDR_LEN - NDP_NEIGHBOR_LEN);
	return 0;
}
