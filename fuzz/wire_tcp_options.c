/*
 * fuzz/wire_tcp_options.c - any octets as TCP options. Options that were read can be written, and
 * are the same when read again.
 */
#include "wire/tcp_options.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcp_options o, back;
	uint8_t out[TCP_OPTIONS_MAX];

	if (size > TCP_OPTIONS_MAX)
		return 0;
	if (!tcp_options_parse(data, size, &o) || tcp_options_len(&o) > sizeof out)
		return 0;
	o.has_fast_open = false;
	o.fast_open_at = o.fast_open_len = 0;
	if (!tcp_options_parse(out, tcp_options_put(out, &o), &back))
		abort();
	if (o.nsack != back.nsack || memcmp(o.sack, back.sack, o.nsack * sizeof o.sack[0]) != 0 ||
	    o.mss != back.mss || o.wscale != back.wscale || o.ts_val != back.ts_val ||
	    o.ts_ecr != back.ts_ecr)
		abort();
	return 0;
}
