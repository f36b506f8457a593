/* Ending the program's tree, whatever state the process that ends it is in. */
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

/* A child, with a grandchild that becomes an orphan when it is killed. */
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

/* Lowers the limit to what is open, so that nothing more can be opened. */
static void
fill_table(void)
{
	int fd = open("/dev/null", O_RDONLY);
	struct rlimit full = {(rlim_t)fd, (rlim_t)fd};

	close(fd);
	setrlimit(RLIMIT_NOFILE, &full);
}

/* In a process of its own: end a tree, and say how many of it are left. */
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
nothing(void)
{
}

static void
orphans_end_with_their_parents(void **state)
{
	assert_int_equal(end_tree(nothing), 0);
}

static void
a_full_table_of_descriptors_does_not_keep_a_tree_alive(void **state)
{
	nsec_t begun = clock_monotonic();

	assert_int_equal(end_tree(fill_table), 0);
	assert_true(clock_monotonic() - begun < TREE_WAIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(orphans_end_with_their_parents),
	    cmocka_unit_test(a_full_table_of_descriptors_does_not_keep_a_tree_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
