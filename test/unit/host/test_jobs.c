/*
 * test/unit/host/test_jobs.c - work in threads, and its report in the loop.
 */
#include "base/list.h"
#include "host/jobs.h"
#include "host/loop.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

struct step {
	struct job job;
	struct jobs *jobs;
	struct step *then; /* is added by done() */
	int fd;            /* work() waits for an octet of this pipe; 0: for nothing */
	pthread_t worked_by, done_by;
	unsigned worked, done;
};

static void
work(struct job *j)
{
	struct step *s = container_of(j, struct step, job);
	char c;

	if (s->fd)
		assert_int_equal(read(s->fd, &c, 1), 1);
	s->worked_by = pthread_self();
	s->worked++;
}

static void
done(struct job *j)
{
	struct step *s = container_of(j, struct step, job);

	s->done_by = pthread_self();
	s->done++;
	if (s->then)
		jobs_add(s->jobs, &s->then->job);
}

static struct step
step(struct jobs *jobs)
{
	return (struct step){.job = {.work = work, .done = done}, .jobs = jobs};
}

static void
a_job_is_done_in_a_thread_and_reported_in_the_loop(void **state)
{
	struct loop *loop = loop_new();
	struct jobs *jobs = jobs_new(loop);
	struct step s = step(jobs);

	jobs_add(jobs, &s.job);
	while (!s.done)
		loop_turn(loop, NSEC_NEVER);
	assert_int_equal(s.worked, 1);
	assert_false(pthread_equal(s.worked_by, pthread_self()));
	assert_true(pthread_equal(s.done_by, pthread_self()));
	jobs_free(jobs);
	loop_free(loop);
}

/* Each of three disks that do not answer has a thread, and the fourth serves the others. */
static void
a_job_that_waits_holds_neither_the_loop_nor_other_jobs_up(void **state)
{
	struct loop *loop = loop_new();
	struct jobs *jobs = jobs_new(loop);
	struct step waits[JOBS_THREADS_MOST - 1], quick = step(jobs);
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	for (int i = 0; i < JOBS_THREADS_MOST - 1; i++) {
		waits[i] = step(jobs);
		waits[i].fd = fd[0];
		jobs_add(jobs, &waits[i].job);
	}
	jobs_add(jobs, &quick.job);
	while (!quick.done)
		loop_turn(loop, NSEC_NEVER);
	for (int i = 0; i < JOBS_THREADS_MOST - 1; i++) {
		assert_int_equal(waits[i].done, 0);
		assert_int_equal(write(fd[1], "", 1), 1);
	}
	jobs_free(jobs);
	for (int i = 0; i < JOBS_THREADS_MOST - 1; i++)
		assert_int_equal(waits[i].done, 1);
	close(fd[0]);
	close(fd[1]);
	loop_free(loop);
}

static void
the_end_waits_for_all_jobs_and_for_those_that_they_add(void **state)
{
	enum { STEPS = 100 };
	struct loop *loop = loop_new();
	struct jobs *jobs = jobs_new(loop);
	struct step s[STEPS];

	for (int i = 0; i < STEPS; i++)
		s[i] = step(jobs);
	for (int i = 0; i < STEPS / 2; i++) {
		s[i].then = &s[STEPS / 2 + i];
		jobs_add(jobs, &s[i].job);
	}
	jobs_free(jobs);
	for (int i = 0; i < STEPS; i++)
		assert_true(s[i].worked == 1 && s[i].done == 1);
	loop_free(loop);
}

static void
without_threads_all_is_done_at_once(void **state)
{
	struct step s = step(NULL);

	jobs_add(NULL, &s.job);
	assert_true(s.worked == 1 && s.done == 1);
	jobs_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_job_is_done_in_a_thread_and_reported_in_the_loop),
	    cmocka_unit_test(a_job_that_waits_holds_neither_the_loop_nor_other_jobs_up),
	    cmocka_unit_test(the_end_waits_for_all_jobs_and_for_those_that_they_add),
	    cmocka_unit_test(without_threads_all_is_done_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
