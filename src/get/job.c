/*
 * get/job.c - one URL: where its content goes, what is printed of it, and whether another attempt
 * is made.
 */
#include "get/job.h"

#include "get/report/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RETRY_FIRST SEC
#define RETRY_MOST  (600 * SEC)

static struct get_job *
job_of(struct transfer *t)
{
	return t->arg;
}

static void
job_error(struct get_job *j, const struct get_result *r)
{
	bool which = j->process->site != NULL;

	live_pause(&j->process->live);
	if (run_says(j->process->run))
		fprintf(stderr, "leat get: (%d) %s%s%s\n", r->code, which ? j->target->url : "",
		    which ? ": " : "", r->words);
}

static void
on_note(struct transfer *t, enum transfer_note kind, const char *text)
{
	const struct get_run *r = job_of(t)->process->run;

	live_pause(&job_of(t)->process->live);
	if (kind == TRANSFER_WARNING && !r->silent)
		fprintf(stderr, "Warning: %s\n", text);
	else if (kind == TRANSFER_NOTE && r->verbose)
		trace_note(text);
}

static void
on_fields(struct transfer *t, struct transfer_fields *f)
{
	jar_put(&job_of(t)->process->jar, t, f);
	job_cache_fields(job_of(t), f);
}

static void
on_sent(struct transfer *t, struct http_span head)
{
	if (job_of(t)->process->run->verbose)
		trace_head('>', head);
}

static bool
is_transient(unsigned status)
{
	return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

static bool
may_retry(const struct get_job *j)
{
	const struct get_retries *r = &j->process->run->retries;
	nsec_t passed = io_now(j->process->world) - j->began;

	return j->tries < r->most && (r->max_time == 0 || passed + j->delay < r->max_time);
}

static enum get_code
on_head(struct transfer *t, enum transfer_head kind, const struct http_response *r)
{
	struct get_job *j = job_of(t);
	struct http_response stored;

	if (kind == TRANSFER_FINAL)
		r = job_cache_head(j, r, &stored);
	if (kind == TRANSFER_FINAL && j->process->site)
		j->skipped = !site_crawl_keeps(j, r);
	if (kind != TRANSFER_INTERIM)
		jar_take(&j->process->jar, t, r);
	if (j->process->run->format)
		report_keep(&j->head, r);
	return job_head(j, kind, r);
}

static ssize_t
on_body(struct transfer *t, const char *at, size_t n)
{
	struct get_job *j = job_of(t);
	ssize_t done = j->skipped ? (ssize_t)n : job_content(j, at, n);

	if (done > 0)
		job_cache_add(j, at, (size_t)done);
	return done;
}

/*
 * An empty response makes an empty file, but a 304 makes none. A file gets the server's time if
 * that is wanted.
 */
static void
finish_output(struct get_job *j)
{
	const struct get_run *r = j->process->run;
	struct get_result *result = &j->transfer.result;
	int e = 0;

	if (result->code == GET_OK && j->out.path && j->out.fd < 0 && j->transfer.kind == TRANSFER_FINAL &&
	    !j->skipped && j->transfer.info.status != 304)
		e = outfile_open(&j->out);
	if (e == 0 && r->remote_time && j->out.fd >= 0 && j->out.path && j->transfer.info.modified >= 0) {
		struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = j->transfer.info.modified}};

		futimens(j->out.fd, times);
	}
	if (e < 0)
		job_write_failed(j, e);
	e = outfile_close(&j->out);
	if (e < 0 && result->code == GET_OK)
		job_write_failed(j, e);
}

static void
job_free(struct get_job *j)
{
	transfer_fini(&j->transfer);
	job_output_reset(j);
	if (j->body)
		j->body->ops->free(j->body);
	split_free(j->split);
	job_cache_free(j);
	free(j->path);
	j->split = NULL;
	j->body = NULL;
	j->path = NULL;
}

static bool
wants_retry(const struct get_job *j)
{
	const struct get_retries *r = &j->process->run->retries;
	const struct transfer *t = &j->transfer;

	if (r->most == 0)
		return false;
	if (t->result.code == GET_TIMEOUT || (t->result.code == GET_CONNECT && r->refused))
		return true;
	if (t->result.code == GET_OK || t->result.code == GET_HTTP_ERROR)
		return is_transient(t->info.status) || (r->all && t->result.code != GET_OK);
	return r->all && t->result.code != GET_WRITE;
}

/* How long to wait: as the server says, as the user says, or twice as long as before. */
static nsec_t
retry_delay(struct get_job *j)
{
	const struct get_retries *r = &j->process->run->retries;
	int64_t server = j->transfer.info.retry_after;

	if (r->delay > 0)
		j->delay = r->delay;
	else
		j->delay = j->tries == 0 ? RETRY_FIRST : nsec_min(2 * j->delay, RETRY_MOST);
	if (server >= 0 && server < RETRY_MOST / SEC)
		return nsec_max(server * SEC, j->delay);
	return j->delay;
}

static void
retry_later(struct get_job *j)
{
	nsec_t delay = retry_delay(j);
	unsigned left = j->process->run->retries.most - j->tries;

	live_pause(&j->process->live);
	if (!j->process->run->silent)
		fprintf(stderr, "Warning: Problem: %s. Will retry in %lld seconds. %u retries left.\n",
		    j->transfer.result.code ? j->transfer.result.words : "HTTP error",
		    (long long)(delay / SEC), left);
	j->tries++;
	timer_arm(j->process->world->wheel, &j->again, nsec_add(io_now(j->process->world), delay));
}

/* What is left for the output may have to wait for room; then it is called once more. */
void
job_end(struct get_job *j)
{
	enum get_code code = j->transfer.result.code;

	j->finishing = (code == GET_OK || code == GET_HTTP_ERROR) && job_drain(j) == 0;
	if (j->finishing)
		return;
	finish_output(j);
	job_digest_check(j);
	job_show_end(j);
	code = j->transfer.result.code;
	if (code)
		job_error(j, &j->transfer.result);
	job_report(j);
	if (j->process->site)
		site_crawl_over(j->process->site, j);
	job_free(j);
	job_over(j, code);
}

static void
on_done(struct transfer *t)
{
	struct get_job *j = job_of(t);

	if (t->kind == TRANSFER_FINAL && t->result.code == GET_OK && j->process->run->fail_with_body &&
	    t->info.status >= 400)
		get_fail(&t->result, GET_HTTP_ERROR, "The requested URL returned error: %u", t->info.status);
	if (wants_retry(j) && may_retry(j))
		retry_later(j);
	else if (!job_cache_done(j))
		job_end(j);
}

static void
on_room(void *arg)
{
	struct get_job *j = arg;

	if (j->finishing)
		job_end(j);
	else if (j->cache.serving)
		job_cache_serve(j);
	else
		transfer_resume(&j->transfer);
}

static const struct transfer_ops job_ops = {
    .note = on_note, .fields = on_fields, .sent = on_sent, .head = on_head, .body = on_body, .done = on_done};

static void
on_again(struct timer *timer)
{
	struct get_job *j = container_of(timer, struct get_job, again);
	int e = outfile_cut(&j->out, j->start);

	if (e < 0) {
		job_write_failed(j, e);
		job_end(j);
		return;
	}
	job_start(j);
}

/* Where a download is resumed. */
static void
choose_start(struct get_job *j)
{
	const struct get_run *r = j->process->run;
	struct stat st;

	j->start = (off_t)r->resume_from;
	if (r->resume && j->path && stat(j->path, &st) == 0 && S_ISREG(st.st_mode))
		j->start = st.st_size;
	j->ask.resume_from = j->target->upload ? 0 : (uint64_t)j->start;
	if (j->start > 0)
		j->out.mode = OUTFILE_APPEND;
}

void
job_start(struct get_job *j)
{
	job_output_reset(j);
	job_digest_start(j);
	transfer_begin(&j->transfer, j->process->get, &j->ask, &job_ops, j);
}

void
job_fetch(struct get_job *j)
{
	if (!job_digest_begin(j) && !job_cache_begin(j, &job_ops))
		job_start(j);
}

enum get_code
job_begin(struct get_job *j, struct get_process *p, const struct get_target *target)
{
	struct get_result why = {0};
	enum get_code code;
	bool split;

	*j = (struct get_job){.process = p, .target = target, .began = io_now(p->world)};
	timer_init(&j->again, on_again);
	timer_init(&j->turn, job_on_turn);
	code = job_output(j, &why);
	if (code == GET_OK)
		code = job_body(j, &why);
	if (code) {
		j->skipped = true;
		job_error(j, &why);
		job_free(j);
		return code;
	}
	outfile_init(&j->out, p->loop, j->path, on_room, j);
	j->out.create_dirs = p->run->create_dirs || p->run->recursive;
	j->ask = (struct transfer_request){
	    .url = target->url, .method = job_method(j), .body = j->body, .range = p->run->range};
	choose_start(j);
	job_show(j);
	code = split_begin(j, &split, &why);
	if (code) {
		j->skipped = true;
		job_show_end(j);
		job_error(j, &why);
		job_free(j);
	} else if (!split) {
		job_fetch(j);
	}
	return code;
}
