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
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static void
folder_replaced(void *worker)
{
	process_ask_reload(worker);
}

/*
 * The log's folder, since SIGUSR1 makes the file anew. A device is never opened again, and its
 * folder has others.
 */
static int
allow_log(struct process_worker *w, const char *log)
{
	const char *slash = strrchr(log, '/');
	struct stat st;
	char *folder;
	int e;

	if (stat(log, &st) == 0 && S_ISCHR(st.st_mode))
		return 0;
	folder = slash ? strndup(log, (size_t)(slash - log)) : strdup(".");
	if (!folder)
		return -ENOMEM;
	e = process_allow_folder(w, *folder ? folder : "/", true);
	free(folder);
	return e;
}

static int
allow_folders(struct process_worker *w, const struct serve_settings *set)
{
	int e = process_allow_folder(w, set->site.folder, set->upload || set->remove);

	if (e == 0 && set->log && strcmp(set->log, "-") != 0)
		e = allow_log(w, set->log);
	return e;
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
	r->serve.helper = w->helper < 0 ? NULL : auth_helper_new(w->loop, w->helper);
	r->serve.jobs = jobs_new(w->loop);
	if (!r->serve.jobs || (r->serve.users && !r->serve.helper))
		return r->failed(r, SERVE_MEMORY, -ENOMEM);
	find_address(r, w->plan);
	r->serve.site.replaced = folder_replaced;
	r->serve.site.replaced_arg = w;
	r->serve.share = w->share;
	r->serve.slot = w->slot;
	e = serve_new(w->world, &r->serve, &s, &part);
	if (e < 0)
		return r->failed(r, part, e);
	w->service = s;
	e = allow_folders(w, &r->serve);
	return e < 0 ? r->failed(r, SERVE_MEMORY, e) : 0;
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

static bool
has_helper(const struct process_plan *plan)
{
	const struct serve_run *r = plan->settings;

	return r->serve.users != NULL;
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
    .has_helper = has_helper,
    .helper = auth_helper_main,
};
