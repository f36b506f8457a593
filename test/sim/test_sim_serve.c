/*
 * A web server and its clients over a bad link: every octet must be right, every request answered
 * in the end, every connection ended, and every descriptor closed. The sanitizers find memory that is
 * left.
 */
#include "io/sockio.h"
#include "serve/client.h"
#include "serve/serve.h"

#include <dirent.h>
#include <stdio.h>

enum { HTTP_PORT = 80, CLIENTS_MOST = 10, HANDS_MOST = 5, FETCHERS_MOST = 3 };

#define LONGEST (6 * 3600 * SEC) /* in virtual time */

static const char *folder;
static const struct sim *clock_of; /* the simulation that runs */

static nsec_t
wall(void)
{
	return (SITE_TIME + 1000) * SEC + sim_now(clock_of);
}

static struct serve_settings
draw_settings(struct rng *r)
{
	struct serve_settings set;

	serve_settings_usual(&set);
	set.site.folder = folder;
	set.site.files_most = (unsigned)world_between(r, 1, 10);
	set.wall = wall;
	set.upload = set.remove = true;
	set.log = rng_below(r, 2) ? "/dev/null" : NULL;
	set.log_form = rng_below(r, 2) ? ACCESS_JSON : ACCESS_COMBINED;
	if (rng_below(r, 3) == 0)
		set.requests_most = (uint32_t)world_between(r, 1, 4);
	if (rng_below(r, 4) == 0)
		set.conns_most = (unsigned)world_between(r, 2, 6);
	if (rng_below(r, 4) == 0)
		set.conns_per_client_most = (unsigned)world_between(r, 2, 6);
	return set;
}

static bool
none_runs(void *arg)
{
	const struct clients *all = arg;

	return all->running == 0;
}

static bool
has_drained(void *arg)
{
	return serve_conns(arg) == 0;
}

static void
run_clients(struct clients *all)
{
	unsigned n = (unsigned)world_between(&all->w->rng, 1, CLIENTS_MOST);

	for (unsigned i = 0; i < n; i++)
		client_begin(all);
	n = (unsigned)rng_below(&all->w->rng, HANDS_MOST + 1);
	for (unsigned i = 0; i < n; i++)
		hand_client_begin(all);
	n = (unsigned)rng_below(&all->w->rng, FETCHERS_MOST + 1);
	for (unsigned i = 0; i < n; i++)
		fetcher_begin(all);
	sim_run(all->w->sim, LONGEST, none_runs, all);
	if (all->running > 0)
		world_fail(all->w, "%u clients have no end", all->running);
}

static void
check_end(struct world *w, struct serve *s, struct io_world *client, struct io_world *server)
{
	const struct serve_counts *n = serve_counts(s);

	if (serve_conns(s) > 0)
		world_fail(w, "%u connections of the server have no end", serve_conns(s));
	if (n->accepted < n->refused_full + n->refused_client)
		world_fail(w, "more connections were turned away than accepted");
	serve_free(s);
	if (sockio_open(client) + sockio_open(server) > 0)
		world_fail(w, "streams are left open");
}

static void
serve_world(struct world *w)
{
	struct io_world *client = sockio_new(w->host[0]), *server = sockio_new(w->host[1]);
	struct serve_settings set = draw_settings(&w->rng);
	struct clients all = {.w = w,
	    .io = client,
	    .server = world_endpoint(w, 1, HTTP_PORT),
	    .wall = wall,
	    /* ETags of uploads are of the machine's time: of the same length, but not the same octets. */
	    .changes = !w->want_digest};
	struct endpoint at = all.server;
	enum serve_part part;
	struct serve *s;

	clock_of = w->sim;
	if (!client || !server || serve_new(server, &set, &s, &part) < 0 || serve_listen(s, &at) < 0) {
		world_fail(w, "no server");
		return;
	}
	run_clients(&all);
	if (all.running > 0)
		return; /* the seed has failed, and what it holds is of no interest */
	serve_drain(s);
	sim_run(w->sim, sim_now(w->sim) + 600 * SEC, has_drained, s);
	check_end(w, s, client, server);
	sockio_free(client);
	sockio_free(server);
}

static unsigned
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static bool
run_seed(uint64_t seed, const struct world_options *options, uint64_t *digest)
{
	unsigned before = descriptors();
	struct world *w = world_new(seed, options);

	serve_world(w);
	if (!w->failed && descriptors() != before)
		world_fail(w, "%u descriptors before, %u after", before, descriptors());
	if (!w->failed)
		return world_end(w, digest);
	if (digest) /* what clients still hold would be reported, too */
		*digest = 0;
	return true;
}

int
main(int argc, char **argv)
{
	int status;

	folder = site_make();
	status = world_main(argc, argv, run_seed);
	site_remove();
	return status;
}
