/*
 * test/unit/io/sockworld.c - makes the worlds over the hosts of a simnet.
 */
#include "io/sockworld.h"

#include "io/sockio.h"

#include <stdlib.h>

static void
turn(struct conform *c)
{
	sim_step(((struct sockworld *)c)->net.sim);
}

int
sockworld_setup(void **state)
{
	const struct sockworld_kind *kind = *state;
	struct sockworld *f = calloc(1, sizeof *f);

	simnet_start(&f->net, kind->seed, 2);
	simnet_link(&f->net, &kind->impair);
	f->conform = (struct conform){.client = sockio_new(f->net.host[0]),
	    .at = at(kind->at, 80),
	    .turn = turn,
	    .patience = 600 * SEC,
	    .rest = kind->rest,
	    .lossy = kind->impair.loss > 0};
	f->conform.server =
	    ipaddr_is_loopback(&f->conform.at.addr) ? f->conform.client : sockio_new(f->net.host[1]);
	*state = f;
	return 0;
}

int
sockworld_teardown(void **state)
{
	struct sockworld *f = *state;

	assert_int_equal(sockio_open(f->conform.client), 0);
	assert_int_equal(sockio_open(f->conform.server), 0);
	if (f->conform.server != f->conform.client)
		sockio_free(f->conform.server);
	sockio_free(f->conform.client);
	simnet_end(&f->net);
	free(f);
	return 0;
}
