/*
 * fuzz/wire_dns.c - any octets as a DNS message. Each name must be within its limits, and each
 * record inside the message.
 */
#include "wire/dns.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_name(const struct dns_name *name)
{
	char text[DNS_NAME_TEXT];

	if (name->len == 0 || name->octets[name->len - 1] != 0)
		abort();
	if (strlen(dns_name_text(name, text)) >= sizeof text || !dns_name_eq(name, name))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_question q;
	struct dns_record r;
	struct dns_cursor c;

	if (!dns_valid(data, size))
		return 0;
	dns_cursor_init(&c, data, size);
	while (dns_next_question(&c, &q))
		check_name(&q.name);
	while (dns_next_record(&c, &r)) {
		struct dns_name in_data;
		size_t at = r.data_at;

		check_name(&r.name);
		if (r.data_at + r.data_len > size)
			abort();
		if (dns_name_read(data, size, &at, &in_data))
			check_name(&in_data);
	}
	if (c.at > size)
		abort();
	return 0;
}
