/*
 * test/unit/io/conform.h - the rules of io/io.h as tests, which every adapter's test program runs
 * over its own worlds.
 *
 * A test sees two worlds that can reach each other, and nothing of what they are made of.
 */
#ifndef TEST_IO_CONFORM_H
#define TEST_IO_CONFORM_H

#include "io/io.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

/*
 * What an adapter's test program fills in. It may be the first member of a struct of the program's
 * own.
 */
struct conform {
	struct io_world *client, *server; /* they may be the same world */
	struct endpoint at; /* where @server can listen and open datagram sockets; port 0: any port */
	/*
	 * One turn of both worlds: what can be done now is done, callbacks included. It may wait
	 * for the next event or jump to it, but not past the first timer on @client->wheel: every
	 * test arms one as its deadline.
	 */
	void (*turn)(struct conform *c);
	nsec_t patience; /* longest time, by @client's clock, that anything here may take; 0 = 10 s */
	nsec_t rest;     /* time after which all that is under way has arrived; 0 = 50 ms */
	bool lossy;      /* what is sent only once, a reset say, may not arrive */
	bool no_dgram;   /* the worlds have streams only */
	bool no_urgent;  /* streams have no at_mark() and write_urgent(); else tests need them */

	unsigned calls; /* for the tests: calls on objects that have not returned */
	unsigned turns; /* for the tests: turns that were made */
};

/*
 * Runs every test on worlds of its own and returns the number of failed ones. @setup makes *state a
 * struct conform; *state is @initial before. @teardown frees it, and asserts that no stream,
 * listener or datagram socket is left. @what names the adapter in the output, e.g. "sock, IPv6".
 */
int conform_run(const char *what, CMFixtureFunction setup, CMFixtureFunction teardown, void *initial);

#endif
