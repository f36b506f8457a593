/*
 * get/job.h - one URL of a run: its transfer, its output, and further attempts. For get only.
 */
#ifndef GET_JOB_H
#define GET_JOB_H

#include "base/list.h"
#include "get/cached.h"
#include "get/decode/decode.h"
#include "get/jar.h"
#include "get/keep/sha256.h"
#include "get/report/live.h"
#include "get/report/report.h"
#include "get/run.h"
#include "get/site.h"
#include "get/split.h"

#include <stdio.h>

/* What the jobs of a run share. */
struct get_process {
	struct get_run *run;
	struct loop *loop;
	struct io_world *world;
	struct get *get;
	FILE *heads; /* of --dump-header; NULL: none */
	struct live live;
	struct jar jar;
	struct store *store;     /* of --cache; NULL: none */
	struct site_crawl *site; /* of --recursive; NULL: none */
	struct get_job *jobs;
	unsigned next, going, slots;
	enum get_code code; /* the exit status so far */
	bool stop;          /* no other job begins */
};

/* The SHA-256 of a job's content, if one is wanted. */
struct job_digest {
	struct sha256 begun; /* of what was there before */
	struct sha256 now;
	/* What is read of a file in steps, and what follows then. */
	struct timer step;
	int fd;
	uint64_t length;
	void (*then)(struct get_job *j);
};

/* Octets that wait for room in the output. */
struct job_late {
	char *octets;
	size_t at, len;
};

struct get_job {
	struct get_process *process;
	const struct get_target *target;
	struct transfer transfer;
	struct transfer_request ask;
	struct outfile out;
	struct get_body *body;
	char *path;
	unsigned tries;
	nsec_t began, delay;
	struct timer again;
	struct decoder *decoder; /* of the content's coding; NULL: none */
	struct job_late late;
	struct timer turn; /* fires when decoding goes on */
	bool looked;       /* the content was looked at: is it text? */
	bool finishing;    /* the transfer is over, and its octets wait for room */
	off_t start;       /* the size of the file before this attempt */
	struct progress_item progress;
	bool shown;              /* there is progress of it */
	struct report_head head; /* of the last response, for -w */
	struct job_digest digest;
	struct job_cache cache;
	bool going;          /* it has a target */
	bool skipped;        /* the content is not kept: it is a redirect of a site */
	struct split *split; /* the file comes in parts; else NULL */
};

/* Fires @t in the next turn of the loop, also if it is armed by itself. */
static inline void
job_next_turn(struct get_job *j, struct timer *t)
{
	timer_arm(j->process->world->wheel, t, io_now(j->process->world) + 1);
}

/* Begins with @target. Returns GET_OK; or a code after a message, and then the job is over. */
enum get_code job_begin(struct get_job *j, struct get_process *p, const struct get_target *target);

/* Fetches over one connection: reads the part that is there, asks the cache, then the server. */
void job_fetch(struct get_job *j);
/* Begins the transfer, perhaps not for the first time. */
void job_start(struct get_job *j);
/* The transfer is over, as its result says. */
void job_end(struct get_job *j);

/* digest.c */
/* Returns true if a part of the file is there that is to be read; then job_start() is called. */
bool job_digest_begin(struct get_job *j);
/*
 * Hashes @length octets of the file @path in steps, and calls @then. Returns false if no digest is
 * wanted; then it is not called.
 */
bool job_digest_file(struct get_job *j, const char *path, uint64_t length, void (*then)(struct get_job *j));
void job_digest_start(struct get_job *j);
void job_digest_add(struct get_job *j, const char *at, size_t n);
/* Compares the digest; sets the result to GET_DIGEST if it is wrong, and moves the file away. */
void job_digest_check(struct get_job *j);

/* job_request.c: the path of the output, the content and the method. A code comes with words. */
enum get_code job_output(struct get_job *j, struct get_result *why);
enum get_code job_body(struct get_job *j, struct get_result *why);
enum transfer_method job_method(const struct get_job *j);

/* job_output.c */

/* Of get_job.turn. */
void job_on_turn(struct timer *t);
/* Forgets what waits, before another attempt. */
void job_output_reset(struct get_job *j);
enum get_code job_write_failed(struct get_job *j, int error);
/* As transfer_ops.head and transfer_ops.body. */
enum get_code job_head(struct get_job *j, enum transfer_head kind, const struct http_response *r);
ssize_t job_content(struct get_job *j, const char *at, size_t n);
/*
 * Writes what is left after the end. Returns 1 when all is written; 0 if there is no room, and
 * outfile.ready will be called; or a negative code.
 */
int job_drain(struct get_job *j);

/* run.c */
/* Begins with what is next, where a job is idle. */
void get_wake(struct get_process *p);
/* The job has ended, with this code. The job may be used again. */
void job_over(struct get_job *j, enum get_code code);

/* True if errors are printed. */
static inline bool
run_says(const struct get_run *r)
{
	return !r->silent || r->show_error;
}

/* shown.c: what is seen of a job besides its output. */
/* The job has progress from now on. */
void job_show(struct get_job *j);
/* It has none any more. */
void job_show_end(struct get_job *j);
/* Prints what -w wants. */
void job_report(struct get_job *j);
/* As live.refresh. */
void job_progress(struct progress_item *i);
/* How the progress of @r is seen. */
enum live_when job_live_when(const struct get_run *r);

#endif
