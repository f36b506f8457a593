/*
 * host/jobs.c - two queues under one lock: of jobs that wait for a thread, and of those that are to
 * be reported. An eventfd wakes the loop for the second.
 */
#include "host/jobs.h"

#include "base/list.h"
#include "host/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A queue of jobs: its first, and where the next one is put. */
struct job_queue {
	struct job *first, **end;
};

struct jobs {
	struct loop *loop;
	struct loop_fd event;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t some;
	struct job_queue waiting, worked;
	unsigned threads, idle;
	bool over;
	pthread_t thread[JOBS_THREADS_MOST];
};

static void
queue_init(struct job_queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

static void
queue_push(struct job_queue *q, struct job *j)
{
	j->next = NULL;
	*q->end = j;
	q->end = &j->next;
}

static struct job *
queue_pop(struct job_queue *q)
{
	struct job *j = q->first;

	if (j) {
		q->first = j->next;
		if (!q->first)
			q->end = &q->first;
	}
	return j;
}

static void
report(struct jobs *jobs, struct job *j)
{
	const uint64_t one = 1;
	ssize_t n;

	queue_push(&jobs->worked, j);
	n = write(jobs->event.fd, &one, sizeof one);
	(void)n; /* it fails only if the counter is at its end, and then the loop is woken anyway */
}

static void *
thread_main(void *arg)
{
	struct jobs *jobs = arg;
	struct job *j;

	pthread_mutex_lock(&jobs->lock);
	while ((j = queue_pop(&jobs->waiting)) || !jobs->over) {
		if (!j) {
			jobs->idle++;
			pthread_cond_wait(&jobs->some, &jobs->lock);
			jobs->idle--;
			continue;
		}
		pthread_mutex_unlock(&jobs->lock);
		j->work(j);
		pthread_mutex_lock(&jobs->lock);
		report(jobs, j);
	}
	pthread_mutex_unlock(&jobs->lock);
	return NULL;
}

/* Signals are the loop's. */
static void
start_thread(struct jobs *jobs)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&jobs->thread[jobs->threads], NULL, thread_main, jobs) == 0)
		jobs->threads++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void
jobs_add(struct jobs *jobs, struct job *j)
{
	bool here;

	if (!jobs) {
		j->work(j);
		j->done(j);
		return;
	}
	pthread_mutex_lock(&jobs->lock);
	if (jobs->idle == 0 && jobs->threads < JOBS_THREADS_MOST)
		start_thread(jobs);
	here = jobs->threads == 0;
	if (!here) {
		queue_push(&jobs->waiting, j);
		pthread_cond_signal(&jobs->some);
	}
	pthread_mutex_unlock(&jobs->lock);
	if (!here)
		return;
	j->work(j);
	pthread_mutex_lock(&jobs->lock);
	report(jobs, j);
	pthread_mutex_unlock(&jobs->lock);
}

/* done() may add jobs. */
static void
call_done(struct jobs *jobs)
{
	struct job_queue all;
	struct job *j;

	pthread_mutex_lock(&jobs->lock);
	all = jobs->worked;
	if (!all.first)
		all.end = &all.first;
	queue_init(&jobs->worked);
	pthread_mutex_unlock(&jobs->lock);
	while ((j = queue_pop(&all)))
		j->done(j);
}

static void
on_event(struct loop_fd *w, uint32_t events)
{
	struct jobs *jobs = container_of(w, struct jobs, event);
	uint64_t n;

	if (read(w->fd, &n, sizeof n) == sizeof n)
		call_done(jobs);
}

struct jobs *
jobs_new(struct loop *loop)
{
	struct jobs *jobs = calloc(1, sizeof *jobs);

	if (!jobs)
		return NULL;
	jobs->loop = loop;
	jobs->event =
	    (struct loop_fd){.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), .events = EPOLLIN, .fn = on_event};
	if (jobs->event.fd < 0)
		goto no_event;
	if (loop_add(loop, &jobs->event) < 0)
		goto no_loop;
	pthread_mutex_init(&jobs->lock, NULL);
	pthread_cond_init(&jobs->some, NULL);
	queue_init(&jobs->waiting);
	queue_init(&jobs->worked);
	return jobs;
no_loop:
	close(jobs->event.fd);
no_event:
	free(jobs);
	return NULL;
}

static bool
is_quiet(struct jobs *jobs)
{
	bool quiet;

	pthread_mutex_lock(&jobs->lock);
	quiet = !jobs->waiting.first && !jobs->worked.first;
	pthread_mutex_unlock(&jobs->lock);
	return quiet;
}

static void
end_threads(struct jobs *jobs)
{
	pthread_mutex_lock(&jobs->lock);
	jobs->over = true;
	pthread_cond_broadcast(&jobs->some);
	pthread_mutex_unlock(&jobs->lock);
	while (jobs->threads > 0)
		pthread_join(jobs->thread[--jobs->threads], NULL);
	jobs->over = false;
}

void
jobs_wait(struct jobs *jobs)
{
	if (!jobs)
		return;
	do { /* done() may have added more */
		end_threads(jobs);
		call_done(jobs);
	} while (!is_quiet(jobs));
}

void
jobs_free(struct jobs *jobs)
{
	if (!jobs)
		return;
	jobs_wait(jobs);
	end_threads(jobs);
	loop_close(jobs->loop, &jobs->event);
	pthread_cond_destroy(&jobs->some);
	pthread_mutex_destroy(&jobs->lock);
	free(jobs);
}
