/* tree_kill() ends every process of the tree, with or without free descriptors. */
#include "run/process/tree.h"

#include "host/clock.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { CHILDREN = 3 };

/* Starts a child whose own child becomes an orphan when the child is killed. */
static void
make_child(void)
{
	if (fork() == 0) {
		if (fork() == 0)
			prctl(PR_SET_NAME, "orphan");
		for (;;)
			pause();
	}
}

/* Lowers the limit to the number of open descriptors, so that no more can be opened. */
static void
fill_table(void)
{
	int fd = open("/dev/null", O_RDONLY);
	struct rlimit full = {(rlim_t)fd, (rlim_t)fd};

	close(fd);
	setrlimit(RLIMIT_NOFILE, &full);
}

/*
 * Makes a tree in a process of its own, calls @prepare there, and ends the tree. Returns 0 if no
 * process is left.
 */
static int
end_tree(void (*prepare)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		tree_adopt();
		for (int i = 0; i < CHILDREN; i++)
			make_child();
		prepare();
		tree_kill();
		_exit(waitpid(-1, NULL, WNOHANG) >= 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
do_nothing(void)
{
}

static void
orphans_are_killed_too(void **state)
{
	assert_int_equal(end_tree(do_nothing), 0);
}

static void
a_tree_is_killed_although_the_descriptor_table_is_full(void **state)
{
	nsec_t begun = clock_monotonic();

	assert_int_equal(end_tree(fill_table), 0);
	assert_true(clock_monotonic() - begun < TREE_WAIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(orphans_are_killed_too),
	    cmocka_unit_test(a_tree_is_killed_although_the_descriptor_table_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
