/*
 * The adapter over Leat's own sockets: two hosts in virtual time, on a clean link and on bad ones, by IPv4 and by IPv6.
 */
#include "io/sockworld.h"

static const struct sockworld_kind KINDS[] = {
    {"sock, IPv4", false, 1, {.delay = 100 * USEC}, 300 * MSEC},
    {"sock, IPv6", true, 2, {.delay = 100 * USEC}, 300 * MSEC},
    {"sock, IPv4, bad link, seed 3", false, 3, SOCKWORLD_BAD, 4 * SEC},
    {"sock, IPv6, bad link, seed 4", true, 4, SOCKWORLD_BAD, 4 * SEC},
    {"sock, IPv4, bad link, seed 5", false, 5, SOCKWORLD_BAD, 4 * SEC},
    {"sock, IPv6, bad link, seed 6", true, 6, SOCKWORLD_BAD, 4 * SEC},
};

int
main(void)
{
	int failed = 0;

	for (unsigned i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
		struct sockworld_kind kind = KINDS[i];

		failed += conform_run(kind.what, sockworld_setup, sockworld_teardown, &kind);
	}
	return failed;
}
