/*
 * test/unit/io/conform.h - the rules of io/io.h as tests. The test program of every adapter runs
 * them over its own worlds.
 *
 * A test sees two worlds that can reach each other. It does not know what they are made of.
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
 * What an adapter's test program fills in. The program may embed it as the first member of its own
 * struct.
 */
struct conform {
	struct io_world *client, *server; /* they may be the same world */
	struct endpoint at; /* where @server can listen and open datagram sockets; port 0: any port */
	/*
	 * Makes one turn of both worlds: does what can be done now, and calls callbacks. It may wait
	 * for the next event or jump to it, but not past the first timer on @client->wheel: every
	 * test arms one as its deadline.
	 */
	void (*turn)(struct conform *c);
	nsec_t patience; /* deadline of every wait, by the clock of @client; 0 = 10 s */
	nsec_t rest;     /* time in which everything under way arrives; 0 = 50 ms */
	bool lossy;      /* what is sent only once, as a reset is, may be lost */
	bool no_dgram;   /* the worlds have streams only */
	bool no_urgent;  /* streams have no at_mark() and write_urgent(); otherwise they must */

	unsigned calls; /* for the tests: calls on objects that are running */
	unsigned turns; /* for the tests: turns so far */
};

/*
 * Runs every test, each on new worlds, and returns how many failed. @what names the adapter in the
 * output, e.g. "sock, IPv6". @setup gets *state = @initial and sets it to a struct conform.
 * @teardown frees that, and asserts that no stream, listener or datagram socket is left.
 */
int conform_run(const char *what, CMFixtureFunction setup, CMFixtureFunction teardown, void *initial);

#endif
