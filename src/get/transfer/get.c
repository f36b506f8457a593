/*
 * get/transfer/get.c - what transfers share, and the settings that curl's users expect.
 */
#include "get/transfer/impl.h"

#include <stdlib.h>

void
get_settings_usual(struct get_settings *s)
{
	*s = (struct get_settings){.user_agent = "leat/" LEAT_VERSION,
	    .redirects_most = 50,
	    .idle_most = 5,
	    .connect_time = 300 * SEC,
	    .continue_time = SEC};
}

struct get *
get_new(struct io_world *world, struct name_source *names, const struct get_settings *set)
{
	struct get *g = calloc(1, sizeof *g);

	if (!g)
		return NULL;
	g->scratch = malloc(sizeof *g->scratch);
	if (!g->scratch) {
		free(g);
		return NULL;
	}
	g->world = world;
	g->names = names;
	g->set = set;
	list_init(&g->idle);
	return g;
}

void
get_free(struct get *g)
{
	if (!g)
		return;
	while (!list_empty(&g->idle))
		get_conn_close_oldest(g);
	free(g->scratch);
	free(g);
}
