/*
 * fuzz/get_socks.c - any octets as the answers of a SOCKS proxy: what is wanted has room, and the
 * messages have their bounds.
 */
#include "get/transfer/socks.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct socks_client s = {.credentials = "me:secret", .host = "a.example", .at.port = 80};

	socks_begin(&s);
	for (size_t i = 0, take; i < size; i += take) {
		struct http_span out = socks_output(&s);

		socks_written(&s, out.len);
		take = socks_wants(&s);
		if (take == 0 || s.in_len + take > sizeof s.in || out.len > sizeof s.out)
			abort();
		take = take < size - i ? take : size - i;
		memcpy(s.in + s.in_len, data + i, take);
		if (socks_arrived(&s, take) != SOCKS_MORE)
			break;
	}
	return 0;
}
