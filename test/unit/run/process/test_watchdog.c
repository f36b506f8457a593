/* The watchdog aborts a process in an endless loop, and no other. */
#include "run/process/watchdog.h"

#include "host/clock.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define LIMIT (20 * MSEC)

static nsec_t
used(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * SEC + ts.tv_nsec;
}

/*
 * Uses processor time, many times the limit, unless the watchdog ends the process. @turning: it
 * reports progress.
 */
static void
spin(bool turning)
{
	nsec_t end = used() + 20 * LIMIT;

	while (used() < end)
		if (turning)
			watchdog_turn();
}

static void
spins(void)
{
	spin(false);
}

static void
works(void)
{
	spin(true);
}

/* The watchdog measures time, so this test needs some: several times the limit, without a processor. */
static void
sleeps(void)
{
	poll(NULL, 0, 300);
}

static void
spins_after_the_end(void)
{
	watchdog_end();
	spin(false);
}

static void
is_sent_the_signal(void)
{
	for (int i = 0; i < 3; i++)
		raise(SIGRTMAX);
}

/* Returns the wait status of a process that does @what under a watchdog. */
static int
status_of(void (*what)(void))
{
	struct rlimit no_core = {0, 0};
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		close(STDERR_FILENO);
		if (watchdog_begin(LIMIT))
			_exit(1);
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
a_process_in_an_endless_loop_is_aborted(void **state)
{
	int status = status_of(spins);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void
a_process_that_reports_progress_may_use_any_time(void **state)
{
	assert_int_equal(status_of(works), 0);
}

static void
time_without_work_does_not_count(void **state)
{
	assert_int_equal(status_of(sleeps), 0);
}

static void
after_watchdog_end_nothing_is_watched(void **state)
{
	assert_int_equal(status_of(spins_after_the_end), 0);
}

static void
a_signal_from_another_sender_is_ignored(void **state)
{
	assert_int_equal(status_of(is_sent_the_signal), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_process_in_an_endless_loop_is_aborted),
	    cmocka_unit_test(a_process_that_reports_progress_may_use_any_time),
	    cmocka_unit_test(time_without_work_does_not_count),
	    cmocka_unit_test(after_watchdog_end_nothing_is_watched),
	    cmocka_unit_test(a_signal_from_another_sender_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
