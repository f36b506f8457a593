/* The worker's watchdog: what is a loop without an end, and what only looks like one. */
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

/* For many times the limit, unless the watchdog ends it. */
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

/* The wait status of a process that does @what under a watchdog. */
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
a_loop_without_an_end_is_ended(void **state)
{
	int status = status_of(spins);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void
turns_may_use_all_the_time_there_is(void **state)
{
	assert_int_equal(status_of(works), 0);
}

static void
time_that_passes_without_work_does_not_count(void **state)
{
	assert_int_equal(status_of(sleeps), 0);
}

static void
nothing_is_watched_after_the_end(void **state)
{
	assert_int_equal(status_of(spins_after_the_end), 0);
}

static void
a_signal_that_the_timer_did_not_send_means_nothing(void **state)
{
	assert_int_equal(status_of(is_sent_the_signal), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_loop_without_an_end_is_ended),
	    cmocka_unit_test(turns_may_use_all_the_time_there_is),
	    cmocka_unit_test(time_that_passes_without_work_does_not_count),
	    cmocka_unit_test(nothing_is_watched_after_the_end),
	    cmocka_unit_test(a_signal_that_the_timer_did_not_send_means_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
