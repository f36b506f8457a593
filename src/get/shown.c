/*
 * get/shown.c - what is seen of a job besides its output: progress, and the report of -w.
 */
#include "get/job.h"

#include <string.h>
#include <unistd.h>

enum live_when
job_live_when(const struct get_run *r)
{
	return r->silent || r->verbose || r->head_only ? LIVE_NEVER : r->progress;
}

/* A transfer that sends content is as far as that is, until the response begins. */
void
job_progress(struct progress_item *i)
{
	const struct get_job *j = container_of(i, struct get_job, progress);
	const struct transfer_info *t = &j->transfer.info;
	uint64_t have, length;

	if (j->split) {
		if (split_progress(j->split, &have, &length))
			progress_total(i, length);
		progress_done(i, have);
		return;
	}

	if (j->body && t->status == 0) {
		progress_done(i, t->sent);
		if (t->to_send != UINT64_MAX)
			progress_total(i, t->to_send);
		return;
	}
	progress_done(i, (uint64_t)j->start + t->received);
	if (t->has_expected)
		progress_total(i, (uint64_t)j->start + t->expected);
}

/* What comes after the last slash of @text, or all if that is nothing. */
static struct http_span
short_name(const char *text)
{
	const char *slash = strrchr(text, '/');

	return http_span_of(slash && slash[1] ? slash + 1 : text);
}

void
job_show(struct get_job *j)
{
	j->shown = j->path || !isatty(STDOUT_FILENO);
	if (j->shown)
		live_begin(&j->process->live, &j->progress, short_name(j->path ? j->path : j->target->url),
		    (uint64_t)j->start);
}

void
job_show_end(struct get_job *j)
{
	if (j->shown)
		live_end(&j->process->live, &j->progress, j->transfer.result.code == GET_OK);
	j->shown = false;
}

static const char *
method_of(const struct get_job *j)
{
	static const char *const names[] = {"GET", "HEAD", "POST", "PUT"};
	const char *users = j->process->run->set.method;

	return users ? users : names[j->transfer.ask.method];
}

void
job_report(struct get_job *j)
{
	const struct get_run *run = j->process->run;
	struct report r = {.transfer = &j->transfer,
	    .head = &j->head,
	    .url = j->target->url,
	    .method = method_of(j),
	    .filename = j->path,
	    .referer = run->set.referer,
	    .urlnum = j->process->site ? 0 : (unsigned)(j->target - run->target)};

	if (run->format)
		report_print(run->format, &r);
	report_forget(&j->head);
}
