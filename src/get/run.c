/*
 * get/run.c - the process of `leat get`: the loop, the world, and as many transfers at one time as
 * are wanted.
 */
#include "get/run.h"

#include "base/err.h"
#include "get/job.h"
#include "get/name/name.h"
#include "host/clock.h"
#include "host/fd_budget.h"
#include "host/hostio.h"
#include "host/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

enum { NAME_THREADS = 8, CACHE_MOST = 500000000 };

static enum get_code
no_memory(void)
{
	fprintf(stderr, "leat get: (%d) %s\n", GET_MEMORY, get_code_words(GET_MEMORY));
	return GET_MEMORY;
}

static void
note_code(struct get_process *p, enum get_code code)
{
	if (code)
		p->code = code;
	if (code && p->run->fail_early)
		p->stop = true;
}

static const struct get_target *
next_target(struct get_process *p)
{
	if (p->site)
		return site_crawl_next(p->site);
	return p->next < p->run->targets ? &p->run->target[p->next++] : NULL;
}

/* Begins with the targets that are next, until one goes on with @j. */
static void
begin_next(struct get_process *p, struct get_job *j)
{
	const struct get_target *target;

	while (!p->stop && (target = next_target(p))) {
		enum get_code code = job_begin(j, p, target);

		if (code == GET_OK) {
			p->going++;
			j->going = true;
			return;
		}
		if (p->site)
			site_crawl_over(p->site, j);
		note_code(p, code);
	}
}

void
get_wake(struct get_process *p)
{
	for (unsigned i = 0; i < p->slots; i++) {
		if (!p->jobs[i].going)
			begin_next(p, &p->jobs[i]);
	}
}

void
job_over(struct get_job *j, enum get_code code)
{
	struct get_process *p = j->process;

	p->going--;
	j->going = false;
	note_code(p, code);
	get_wake(p);
}

static int
open_path(
    const struct get_settings *set, struct io_world *w, io_stream_fn *fn, void *arg, struct io_stream **out)
{
	return hostio_connect_path(w, set->open_name, fn, arg, out);
}

static bool
open_heads(struct get_process *p)
{
	const char *path = p->run->dump_header;

	if (!path)
		return true;
	p->heads = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	if (!p->heads)
		fprintf(stderr, "leat get: (%d) Failed to open %s: %s\n", GET_WRITE, path, strerror(errno));
	return p->heads;
}

static void
close_heads(struct get_process *p)
{
	const char *path = p->run->dump_header;

	if (!p->heads)
		return;
	if ((p->heads == stdout ? fflush(stdout) : fclose(p->heads)) == EOF && p->code == GET_OK) {
		fprintf(stderr, "leat get: (%d) Failure writing %s: %s\n", GET_WRITE, path, strerror(errno));
		p->code = GET_WRITE;
	}
}

/* A cache that cannot be used is no reason to fetch nothing. */
static void
open_cache(struct get_process *p)
{
	const char *folder = p->run->cache;
	int e = folder ? store_open(folder, CACHE_MOST, &p->store) : 0;

	if (e == -EACCES)
		fprintf(stderr,
		    "Warning: no cache: %s is not a folder that only its owner, this user, can write to\n",
		    folder);
	else if (e < 0)
		fprintf(stderr, "Warning: no cache in %s: %s\n", folder, strerror(-e));
}

static bool
make_jobs(struct get_process *p)
{
	const struct get_run *r = p->run;

	p->slots = r->parallel < r->targets || r->recursive ? r->parallel : r->targets;
	p->jobs = calloc(p->slots ? p->slots : 1, sizeof *p->jobs);
	if (p->jobs && r->recursive)
		p->site = site_crawl_new(p);
	return p->jobs && (p->site || !r->recursive);
}

static enum get_code
fetch_all(struct get_process *p)
{
	enum get_code code = make_jobs(p) ? GET_OK : no_memory();

	if (code == GET_OK)
		get_wake(p);
	while (p->going > 0 || (p->site && site_crawl_waits(p->site)))
		loop_turn(p->loop, NSEC_NEVER);
	site_crawl_free(p->site);
	free(p->jobs);
	return code ? code : p->code;
}

static enum get_code
run_in(struct get_process *p, struct name_source *names)
{
	enum get_code code;

	if (!names || !(p->get = get_new(p->world, names, &p->run->set)))
		return no_memory();
	open_cache(p);
	jar_open(&p->jar, &p->run->cookies, clock_wall, p->run->silent);
	p->jar.verbose = p->run->verbose;
	live_init(&p->live, p->world, job_live_when(p->run), job_progress);
	if (!p->run->recursive)
		live_expect(&p->live, p->run->targets);
	code = open_heads(p) ? fetch_all(p) : GET_WRITE;
	live_fini(&p->live);
	note_code(p, jar_close(&p->jar));
	store_close(p->store);
	close_heads(p);
	get_free(p->get);
	return code ? code : p->code;
}

int
get_run(struct get_run *r)
{
	struct get_process p = {.run = r, .loop = loop_new()};
	struct name_source *names = NULL;
	struct fd_budget fds;
	enum get_code code;

	if (!p.loop)
		return no_memory();
	signal(SIGPIPE, SIG_IGN);
	r->set.wall = clock_wall;
	r->set.open = r->set.open_name ? open_path : NULL;
	fd_budget_init(&fds, p.loop);
	p.world = hostio_new(p.loop, &fds);
	if (p.world)
		names = name_threads_new(p.loop, NAME_THREADS);
	code = p.world ? run_in(&p, names) : no_memory();
	if (names)
		name_threads_free(names);
	hostio_free(p.world);
	fd_budget_fini(&fds);
	loop_free(p.loop);
	return code;
}
