/*
 * run/socket/sockrecs.c - opens and closes what all socket records share. It does not make records.
 */
#include "run/socket/sockrecs.h"

#include "host/random.h"
#include "run/socket/sockrec.h"

void
sockrecs_init(struct sockrecs *recs)
{
	recs->full_at = NSEC_NEVER;
	recs->unixsock.listener = recs->unixsock.listener_handle = recs->unixsock.spare = -1;
	list_init(&recs->all);
	list_init(&recs->ended);
	list_init(&recs->named);
}

int
sockrecs_begin(struct sockrecs *recs, struct unixdir *dir)
{
	struct siphash_key key = random_key();

	if (table_init(&recs->by_inode, &key) || table_init(&recs->by_id, &key))
		return -LEAT_ENOMEM;
	fd_budget_init(&recs->fds, recs->loop);
	return unixsock_open(&recs->unixsock, dir);
}

void
sockrecs_end(struct sockrecs *recs)
{
	list_each_safe(n, &recs->all)
		sockrec_end(container_of(n, struct sockrec, node), true);
	sockrec_reap(recs);
}

void
sockrecs_close(struct sockrecs *recs)
{
	dgram_tags_close(&recs->tags, &recs->fds);
	unixsock_close(&recs->unixsock);
	table_fini(&recs->by_inode);
	table_fini(&recs->by_id);
	if (recs->fds.loop)
		fd_budget_fini(&recs->fds);
}
