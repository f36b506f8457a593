/*
 * Proxy sockets: their connection to the worker, their names, and how a socket looks that is still
 * connecting.
 */
#include "run/proxy/unixsock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct unixdir dir;
static struct unixsock u;

static int
set_up(void **state)
{
	return unixdir_make(&dir) || unixsock_open(&u, &dir);
}

static int
tear_down(void **state)
{
	char path[UNIXDIR_PATH];

	memcpy(path, dir.path, sizeof path);
	unixsock_close(&u);
	unixdir_remove(&dir);
	return access(path, F_OK) == 0;
}

static short
events_of(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP};

	poll(&p, 1, 0);
	return p.revents;
}

static void
a_listener_without_a_name_is_reached_by_its_handle(void **state)
{
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), handle, ours, accepted;
	struct sockaddr_un un;
	socklen_t len = sizeof un;
	uint64_t id;

	handle = unixdir_bind(&dir, listener);
	assert_true(handle >= 0);
	assert_int_equal(listen(listener, 1), 0);
	ours = unix_stream_to(&u, handle, 0x1234);
	assert_true(ours >= 0);
	accepted = accept(listener, (struct sockaddr *)&un, &len);
	assert_true(accepted >= 0);
	assert_true(unixname_id(&u.names, &un, len, &id));
	assert_int_equal(id, 0x1234);
	close(accepted);
	close(ours);
	close(handle);
	close(listener);
}

static void
connected_datagram_sockets_hold_more_than_the_kernels_default_queue(void **state)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), handle = unixdir_bind(&dir, fd), ours;
	struct sockaddr_un un;
	socklen_t len;
	char buf[8];

	ours = unix_dgram_to(&u, handle, &un, &len);
	assert_int_equal(connect(fd, (struct sockaddr *)&un, len), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(send(ours, "one", 3, MSG_DONTWAIT), 3);
	for (int i = 0; i < 100; i++)
		assert_int_equal(recv(fd, buf, sizeof buf, MSG_DONTWAIT), 3);
	assert_int_equal(send(fd, "back", 4, MSG_DONTWAIT), 4);
	assert_int_equal(recv(ours, buf, sizeof buf, MSG_DONTWAIT), 4);
	close(ours);
	close(handle);
	close(fd);
}

static void
a_name_that_the_worker_did_not_make_is_rejected(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "\0someone else's, and long enough"};
	uint64_t id;

	assert_false(unixname_id(&u.names, &un, sizeof un, &id));
	assert_false(unixname_id(&u.names, &un, 2, &id));
}

/*
 * poll(2) of a TCP socket in SYN-SENT reports nothing; once connected, it is writable; after a
 * failure it reports everything at once.
 */
static void
poll_of_a_filled_socket_is_that_of_a_connecting_one(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), sndbuf;
	bool used = false;
	int peer = unix_join_worker(&u, fd, &used);
	size_t filled = unix_fill(fd, &sndbuf);

	assert_true(filled > 0);
	assert_int_equal(events_of(fd), 0);
	assert_int_equal(send(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	unix_drain(fd, sndbuf, peer, filled);
	assert_int_equal(events_of(fd), POLLOUT);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	close(peer); /* with the octet unread */
	assert_int_equal(events_of(fd), POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
	close(fd);
}

/* Opens every descriptor that is free, @most at most. Returns how many. */
static unsigned
exhaust(int *fds, unsigned most)
{
	unsigned n = 0;

	while (n < most && (fds[n] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		n++;
	return n;
}

static struct rlimit
limit_descriptors(rlim_t n)
{
	struct rlimit was, now;

	getrlimit(RLIMIT_NOFILE, &was);
	now = was;
	now.rlim_cur = n;
	setrlimit(RLIMIT_NOFILE, &now);
	return was;
}

/* Asserts that @b is the peer of @a: what is written to @a can be read from @b. */
static void
assert_joined(int a, int b)
{
	char c = 0;

	assert_int_equal(send(a, "j", 1, 0), 1);
	assert_int_equal(recv(b, &c, 1, MSG_DONTWAIT), 1);
	assert_int_equal(c, 'j');
}

/* Joins a socket while descriptors are free; after that there is a spare one again. */
static void
join_with_free_descriptors(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool used = false;
	int peer = unix_join_worker(&u, fd, &used);

	assert_true(peer >= 0);
	assert_joined(fd, peer);
	close(fd);
	close(peer);
}

static void
joining_without_a_free_descriptor_uses_the_spare_one(void **state)
{
	struct rlimit was = limit_descriptors(64);
	int fds[64], fd = socket(AF_UNIX, SOCK_STREAM, 0), peer;
	unsigned n = exhaust(fds, 64);
	bool used = false;

	peer = unix_join_worker(&u, fd, &used);
	assert_true(peer >= 0);
	assert_true(used);
	assert_joined(fd, peer);
	while (n)
		close(fds[--n]);
	setrlimit(RLIMIT_NOFILE, &was);
	close(fd);
	close(peer);
}

/*
 * The connection that a failed call left in the queue must never be taken for that of the next
 * call.
 */
static void
a_failed_join_leaves_nothing_for_the_next(void **state)
{
	struct rlimit was = limit_descriptors(64);
	int fds[64], first = socket(AF_UNIX, SOCK_STREAM, 0), second = socket(AF_UNIX, SOCK_STREAM, 0), peer;
	int third = socket(AF_UNIX, SOCK_STREAM, 0);
	bool used[3] = {false};
	unsigned n;

	join_with_free_descriptors();
	n = exhaust(fds, 64);
	peer = unix_join_worker(&u, first, &used[0]); /* uses the spare descriptor */
	assert_true(peer >= 0);
	assert_int_equal(unix_join_worker(&u, second, &used[1]), -EMFILE);
	assert_true(used[1]);
	assert_true(events_of(second) & POLLHUP);
	while (n)
		close(fds[--n]);
	close(peer);
	peer = unix_join_worker(&u, third, &used[2]);
	assert_true(peer >= 0);
	assert_joined(third, peer);
	setrlimit(RLIMIT_NOFILE, &was);
	close(first);
	close(second);
	close(third);
	close(peer);
}

/*
 * Another process that finds the listener may fill its queue. Its connection is not taken for ours.
 */
static void
a_connection_of_another_process_is_refused(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), next = socket(AF_UNIX, SOCK_STREAM, 0), peer, status;
	bool used = false;
	pid_t pid = fork();

	if (pid == 0) {
		int stranger = socket(AF_UNIX, SOCK_STREAM, 0);

		_exit(unix_connect_handle(stranger, u.listener_handle) != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(unix_join_worker(&u, fd, &used), -ECONNABORTED);
	peer = unix_join_worker(&u, next, &used);
	assert_true(peer >= 0);
	assert_joined(next, peer);
	close(fd);
	close(next);
	close(peer);
}

static void
a_removed_directory_is_made_again(void **state)
{
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), handle;

	assert_int_equal(rmdir(dir.path), 0);
	handle = unixdir_bind(&dir, listener);
	assert_true(handle >= 0);
	close(handle);
	close(listener);
}

static void
bind_is_repeated_after_no_descriptor_was_free_for_the_handle(void **state)
{
	struct rlimit was = limit_descriptors(64);
	int fds[64], listener = socket(AF_UNIX, SOCK_STREAM, 0), handle;
	unsigned n = exhaust(fds, 64);

	assert_int_equal(unixdir_bind(&dir, listener), -EMFILE);
	while (n)
		close(fds[--n]);
	setrlimit(RLIMIT_NOFILE, &was);
	handle = unixdir_bind(&dir, listener);
	assert_true(handle >= 0);
	close(handle);
	close(listener);
}

/* Another user can read the names in use, and would take the next ones if it could compute them. */
static void
a_name_is_accepted_only_with_the_key_that_made_it(void **state)
{
	struct unixsock other = {.listener = -1};
	struct sockaddr_un un;
	uint64_t id;
	socklen_t len;

	unixname_init(&other.names);
	len = unixname_of_id(&u.names, 7, &un);
	assert_true(unixname_id(&u.names, &un, len, &id));
	assert_int_equal(id, 7);
	assert_false(unixname_id(&other.names, &un, len, &id));
	un.sun_path[len - offsetof(struct sockaddr_un, sun_path) - 1] = '8';
	assert_false(unixname_id(&u.names, &un, len, &id));
}

static void
unix_inode_knows_af_unix_sockets_only(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(unix_inode(fd) != 0);
	assert_int_equal(unix_inode(STDERR_FILENO), 0);
	close(fd);
}

/* The name of a socket in a file system is a file of its own, whose inode may be any number. */
static void
unix_any_inode_knows_sockets_but_not_their_names(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), at, pair[2];

	assert_true(unix_inode(fd) != 0);
	assert_true(unix_any_inode(&u, fd) == unix_inode(fd));
	snprintf(un.sun_path, sizeof un.sun_path, "%s/name", dir.path);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof un), 0);
	at = open(un.sun_path, O_PATH);
	assert_true(at >= 0);
	assert_int_equal(unix_any_inode(&u, at), 0);
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(unix_any_inode(&u, pair[0]), 0);
	close(pair[0]);
	close(pair[1]);
	close(at);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_listener_without_a_name_is_reached_by_its_handle),
	    cmocka_unit_test(connected_datagram_sockets_hold_more_than_the_kernels_default_queue),
	    cmocka_unit_test(a_name_that_the_worker_did_not_make_is_rejected),
	    cmocka_unit_test(poll_of_a_filled_socket_is_that_of_a_connecting_one),
	    cmocka_unit_test(joining_without_a_free_descriptor_uses_the_spare_one),
	    cmocka_unit_test(a_failed_join_leaves_nothing_for_the_next),
	    cmocka_unit_test(a_connection_of_another_process_is_refused),
	    cmocka_unit_test(a_removed_directory_is_made_again),
	    cmocka_unit_test(bind_is_repeated_after_no_descriptor_was_free_for_the_handle),
	    cmocka_unit_test(a_name_is_accepted_only_with_the_key_that_made_it),
	    cmocka_unit_test(unix_inode_knows_af_unix_sockets_only),
	    cmocka_unit_test(unix_any_inode_knows_sockets_but_not_their_names),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
