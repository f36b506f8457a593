/*
 * What a worker can still do when it is confined: nothing that leads out of it, and files beneath
 * the folders that it named alone.
 */
#include "serve/process/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Returns the errno of what it tried; 0: it was done. */
typedef int attempt_fn(void);

static char folder[] = "/tmp/leat-confined-XXXXXX";

static int
confine(bool write)
{
	int fence = fence_new(), e = rights_drop(NULL);

	if (e == 0)
		e = fence_allow(fence, folder, write);
	if (e == 0)
		e = fence_close(fence);
	return e < 0 ? e : filter_set();
}

/* Tries @attempt in a confined process. Returns how it ended, as wait(2) does. */
static int
try(attempt_fn *attempt, bool write)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(confine(write) < 0 ? 255 : attempt());
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	return status;
}

static int
result(long r)
{
	return r < 0 ? errno : 0;
}

static int
run_program(void)
{
	char *words[] = {"true", NULL};

	return result(execv("/bin/true", words));
}

static int
make_process(void)
{
	return result(fork());
}

static int
make_socket(void)
{
	return result(socket(AF_INET, SOCK_STREAM, 0));
}

static int
trace_parent(void)
{
	return result(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int
become_root(void)
{
	return result(setuid(0));
}

static int
make_namespace(void)
{
	return result(unshare(CLONE_NEWUSER));
}

static void
a_call_that_leads_out_ends_the_worker(void **state)
{
	attempt_fn *const attempts[] = {
	    run_program, make_process, make_socket, trace_parent, become_root, make_namespace};

	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
		int status = try(attempts[i], false);

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
	}
}

static int
signal_parent(void)
{
	return result(kill(getppid(), SIGTERM));
}

static int
open_by_path(void)
{
	return result(open("/etc/hostname", O_RDONLY));
}

static int
map_code(void)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? errno : 0;
}

/* A call that no one foresaw. */
static int
name_host(void)
{
	return result(sethostname("x", 1));
}

static void
any_other_call_fails(void **state)
{
	attempt_fn *const attempts[] = {signal_parent, open_by_path, map_code, name_host};

	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
		int status = try(attempts[i], false);

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EPERM);
	}
}

static int
open_how(const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)flags, .mode = flags & O_CREAT ? 0600 : 0};

	return result(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how));
}

static int
read_outside(void)
{
	return open_how("/etc/hostname", O_RDONLY);
}

static int
read_inside(void)
{
	char path[64];

	snprintf(path, sizeof path, "%s/file", folder);
	return open_how(path, O_RDONLY);
}

static int
write_inside(void)
{
	char path[64];

	snprintf(path, sizeof path, "%s/new", folder);
	return open_how(path, O_WRONLY | O_CREAT);
}

static int
exit_of(attempt_fn *attempt, bool write)
{
	int status = try(attempt, write);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
only_folders_that_were_named_can_be_opened(void **state)
{
	int fence = fence_new();

	if (fence < 0)
		skip();
	close(fence);
	assert_int_equal(exit_of(read_outside, true), EACCES);
	assert_int_equal(exit_of(read_inside, false), 0);
	assert_int_equal(exit_of(write_inside, false), EACCES);
	assert_int_equal(exit_of(write_inside, true), 0);
}

static void *
thread_main(void *arg)
{
	*(int *)arg = 42;
	return NULL;
}

/* host/jobs starts threads when they are needed. */
static int
make_thread(void)
{
	pthread_t thread;
	int got = 0, e = pthread_create(&thread, NULL, thread_main, &got);

	if (e)
		return e;
	pthread_join(thread, NULL);
	return got == 42 ? 0 : 99;
}

static int
map_memory(void)
{
	char *at = malloc(1 << 24);

	if (at)
		at[1 << 23] = 1;
	free(at);
	return at ? 0 : ENOMEM;
}

static void
threads_and_memory_can_be_had(void **state)
{
	assert_int_equal(exit_of(make_thread, false), 0);
	assert_int_equal(exit_of(map_memory, false), 0);
}

static int
begin(void **state)
{
	char path[64];
	int fd;

	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/file", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	close(fd);
	return fd < 0 ? -1 : 0;
}

static int
end(void **state)
{
	char path[64];

	snprintf(path, sizeof path, "%s/file", folder);
	unlink(path);
	snprintf(path, sizeof path, "%s/new", folder);
	unlink(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_call_that_leads_out_ends_the_worker),
	    cmocka_unit_test(any_other_call_fails),
	    cmocka_unit_test(only_folders_that_were_named_can_be_opened),
	    cmocka_unit_test(threads_and_memory_can_be_had),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
