/*
 * run/proxy/unixname.c - makes and reads the abstract names that carry the number of a record. It
 * opens no socket.
 */
#include "run/proxy/unixname.h"

#include "host/random.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/*
 * An abstract name begins with a 0 octet. The 16 digits of the hash follow, then "@" and the text.
 */
enum { PROOF_AT = 1, PROOF_LEN = 16, TEXT_AT = PROOF_AT + PROOF_LEN + 1, TEXT_ROOM = 108 };

void
unixname_init(struct unixname *n)
{
	*n = (struct unixname){.key = random_key()};
}

static void
proof_of(const struct unixname *n, const char *text, char proof[static PROOF_LEN + 1])
{
	snprintf(proof, PROOF_LEN + 1, "%016" PRIx64, siphash(&n->key, text, strlen(text)));
}

static socklen_t
name_of(const struct unixname *n, const char *text, struct sockaddr_un *un)
{
	char proof[PROOF_LEN + 1];
	int len;

	proof_of(n, text, proof);
	*un = (struct sockaddr_un){.sun_family = AF_UNIX};
	len = snprintf(un->sun_path + PROOF_AT, sizeof un->sun_path - PROOF_AT, "%s@%s", proof, text);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + PROOF_AT + (size_t)len);
}

socklen_t
unixname_of_id(const struct unixname *n, uint64_t id, struct sockaddr_un *un)
{
	char text[32];

	snprintf(text, sizeof text, "%" PRIx64, id);
	return name_of(n, text, un);
}

socklen_t
unixname_of_dgram(struct unixname *n, struct sockaddr_un *un)
{
	char text[32];

	snprintf(text, sizeof text, "datagrams %" PRIx64, n->next++);
	return name_of(n, text, un);
}

/* Copies the text of a name to @text. Returns false if the worker did not make the name. */
static bool
text_of(const struct unixname *n, const struct sockaddr_un *un, socklen_t len, char text[static TEXT_ROOM])
{
	size_t base = offsetof(struct sockaddr_un, sun_path), size = len > base ? len - base : 0;
	char proof[PROOF_LEN + 1];

	if (size <= TEXT_AT || size > sizeof un->sun_path || un->sun_family != AF_UNIX ||
	    un->sun_path[0] != 0)
		return false;
	memcpy(text, un->sun_path + TEXT_AT, size - TEXT_AT);
	text[size - TEXT_AT] = 0;
	proof_of(n, text, proof);
	return memcmp(un->sun_path + PROOF_AT, proof, PROOF_LEN) == 0;
}

bool
unixname_id(const struct unixname *n, const struct sockaddr_un *un, socklen_t len, uint64_t *id)
{
	char text[TEXT_ROOM];

	return text_of(n, un, len, text) && sscanf(text, "%" SCNx64, id) == 1;
}
