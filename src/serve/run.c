/*
 * serve/run.c - what a worker process does as a web server: it hands the orders of its master on to
 * the server.
 */
#include "serve/run.h"

#include "host/jobs.h"
#include "host/local_addr.h"
#include "serve/auth/helper.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

static struct serve_run *
run_of(const struct process_worker *w)
{
	return w->plan->settings;
}

/* A code of this address is of use to a phone. */
static void
find_address(struct serve_run *r, const struct process_plan *plan)
{
	struct endpoint e;

	r->address[0] = '\0';
	if (local_endpoint_for_others(plan->at, plan->addresses, &e))
		endpoint_text(&e, r->address);
	r->serve.address = r->address;
}

/* The zone of the log's times is read now: a worker may not open its file later. */
static int
begin(struct process_worker *w)
{
	struct serve_run *r = run_of(w);
	struct serve *s;
	enum serve_part part;
	int e;

	tzset();
	signal(SIGXFSZ, SIG_IGN); /* a file that is too large is answered with 413 */
	if (r->serve.users)       /* before there are threads, and their memory */
		r->serve.helper = auth_helper_new(w->loop);
	r->serve.jobs = jobs_new(w->loop);
	if (!r->serve.jobs || (r->serve.users && !r->serve.helper))
		return r->failed(r, SERVE_MEMORY, -ENOMEM);
	find_address(r, w->plan);
	r->serve.share = w->share;
	r->serve.slot = w->slot;
	e = serve_new(w->world, &r->serve, &s, &part);
	if (e < 0)
		return r->failed(r, part, e);
	w->service = s;
	return 0;
}

static void
end(struct process_worker *w)
{
	struct serve_counts *counts = (struct serve_counts *)share_counts(w->share, w->slot);

	counts->log_lost += serve_free(w->service);
	auth_helper_free(run_of(w)->serve.helper);
	jobs_free(run_of(w)->serve.jobs);
}

static bool
listen_on(struct process_worker *w, struct io_listener *l)
{
	return serve_listen_on(w->service, l) == 0;
}

static void
reopen_logs(struct process_worker *w)
{
	int e = serve_reopen_log(w->service);

	if (e < 0)
		run_of(w)->log_failed(run_of(w), e);
}

static void
drain(struct process_worker *w)
{
	serve_drain(w->service);
}

static void
retire(struct process_worker *w)
{
	serve_retire(w->service);
}

static bool
over(const struct process_worker *w)
{
	return serve_conns(w->service) == 0;
}

static bool
relieve(struct process_worker *w)
{
	return serve_relieve(w->service);
}

const struct process_service serve_service = {
    .begin = begin,
    .end = end,
    .listen_on = listen_on,
    .reopen_logs = reopen_logs,
    .drain = drain,
    .retire = retire,
    .over = over,
    .relieve = relieve,
};
