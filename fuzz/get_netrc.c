/*
 * fuzz/get_netrc.c - any octets as a netrc file: what it finds lies within the text.
 */
#include "get/keep/netrc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const char *text, const char *word, size_t size)
{
	if (*word && (word < text || word + strlen(word) > text + size))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct netrc n;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (netrc_read(&n, text) < 0)
		return 0;
	for (size_t i = 0; i < n.entries; i++) {
		const struct netrc_entry *e = &n.entry[i];

		check(text, e->login, size);
		check(text, e->password, size);
		if (e->host && !netrc_find(&n, e->host, strlen(e->host), NULL, 0))
			abort();
	}
	netrc_free(&n);
	return 0;
}
