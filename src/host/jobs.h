/*
 * host/jobs.h - work that waits for a disk, done in threads, so that it holds no loop up.
 *
 * A job belongs to its owner, who keeps it where it is until done(). Jobs are begun in the order in
 * which they were added. The module does not know what they do.
 */
#ifndef HOST_JOBS_H
#define HOST_JOBS_H

struct job;
struct jobs;
struct loop;

typedef void job_fn(struct job *j);

/* The owner embeds it. */
struct job {
	struct job *next; /* the queue's */
	job_fn *work;     /* in a thread; what it touches is the job's alone until done() */
	job_fn *done;     /* in a turn of the loop, after work() */
};

/* Threads are started when jobs wait, this many at most. */
enum { JOBS_THREADS_MOST = 4 };

/* NULL without memory or descriptors. @loop is borrowed. */
struct jobs *jobs_new(struct loop *loop);

/* Waits until all jobs are done, and calls their done(). NULL: does nothing. */
void jobs_wait(struct jobs *jobs);
/* The same; then frees @jobs. */
void jobs_free(struct jobs *jobs);

/*
 * Has work() and then done() called. If no thread can be started, work() is called here. With NULL
 * for @jobs, as in virtual time, both are called here.
 */
void jobs_add(struct jobs *jobs, struct job *j);

#endif
