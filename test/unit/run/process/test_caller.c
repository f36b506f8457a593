/* Descriptors of a caller, and when a thread that called before is recognised. */
#include "run/process/caller.h"
#include "run/process/kernel.h"

#include <errno.h>
#include <linux/sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct kernel kernel;
static struct callers all;

static int
begin(void **state)
{
	kernel_features(&kernel);
	callers_init(&all, &kernel, CALLERS_KNOWN);
	return 0;
}

static int
end(void **state)
{
	callers_fini(&all);
	return 0;
}

/* Starts a process that waits until it is killed. Its process ID is @pid, unless that is 0. */
static pid_t
waiting_process(pid_t pid)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	pid_t child;

	if (pid) {
		args.set_tid = (uint64_t)(uintptr_t)&pid;
		args.set_tid_size = 1;
	}
	child = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return child;
}

static void
end_process(pid_t pid)
{
	assert_true(pid > 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static ino_t
inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

/*
 * Asserts that descriptor @fd of process @pid is the file that our @fd is. @found: the process had
 * to be looked up.
 */
static void
assert_same(pid_t pid, int fd, bool found)
{
	struct caller c;
	int got;

	caller_init(&c, &all, pid);
	got = caller_fd(&c, fd);
	assert_true(got >= 0);
	assert_int_equal(inode_of(got), inode_of(fd));
	assert_int_equal(c.found, found);
	close(got);
	caller_done(&c);
}

static bool
threads_have_pidfds(void)
{
	int fd = kernel.pidfd_thread ? kernel_pidfd_open(getpid(), PIDFD_THREAD) : -1;

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * Its notification need not be checked again: as long as its pidfd says that it lives, no other
 * thread has its ID.
 */
static void
a_thread_that_called_before_is_not_looked_up_again(void **state)
{
	int pair[2];
	pid_t pid;

	assert_int_equal(pipe(pair), 0);
	pid = waiting_process(0);
	assert_same(pid, pair[0], true);
	assert_same(pid, pair[0], !threads_have_pidfds());
	end_process(pid);
	close(pair[0]);
	close(pair[1]);
}

static void
a_new_process_with_the_id_of_a_former_caller_is_looked_up(void **state)
{
	int pair[2], other[2];
	pid_t pid, again;

	assert_int_equal(pipe(pair), 0);
	pid = waiting_process(0);
	assert_same(pid, pair[0], true);
	end_process(pid);
	assert_int_equal(pipe(other), 0);
	assert_int_equal(dup2(other[0], pair[0]), pair[0]);
	again = waiting_process(pid);
	if (again < 0) { /* only root may choose an ID, and another process may have it */
		assert_true(errno == EPERM || errno == EEXIST);
		skip();
	}
	assert_int_equal(again, pid);
	assert_same(pid, pair[0], true);
	end_process(pid);
}

static void
a_process_that_has_ended_has_no_descriptors(void **state)
{
	struct caller c;
	pid_t pid = waiting_process(0);

	assert_same(pid, STDERR_FILENO, true);
	end_process(pid);
	caller_init(&c, &all, pid);
	assert_true(caller_fd(&c, STDERR_FILENO) < 0);
	caller_done(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_thread_that_called_before_is_not_looked_up_again, begin, end),
	    cmocka_unit_test_setup_teardown(
		a_new_process_with_the_id_of_a_former_caller_is_looked_up, begin, end),
	    cmocka_unit_test_setup_teardown(a_process_that_has_ended_has_no_descriptors, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
