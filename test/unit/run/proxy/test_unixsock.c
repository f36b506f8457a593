/* The AF_UNIX proxy sockets: the meeting point, names that carry something, and the look of a socket that connects. */
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
a_listener_without_a_name_can_be_reached_by_its_handle(void **state)
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
the_ends_of_a_datagram_socket_hold_more_than_the_kernels_queue_for_strangers(void **state)
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
names_of_others_say_nothing(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "\0someone else's, and long enough"};
	uint64_t id;

	assert_false(unixname_id(&u.names, &un, sizeof un, &id));
	assert_false(unixname_id(&u.names, &un, 2, &id));
}

/* poll(2) of a TCP socket in SYN-SENT says nothing; then it is writable; after a failure everything at once. */
static void
a_filled_socket_looks_as_one_that_connects(void **state)
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

/* Takes every descriptor that is left, @most at most. Returns how many. */
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

/* The peer of @a must be @b: what is written into the one comes out of the other. */
static void
assert_joined(int a, int b)
{
	char c = 0;

	assert_int_equal(send(a, "j", 1, 0), 1);
	assert_int_equal(recv(b, &c, 1, MSG_DONTWAIT), 1);
	assert_int_equal(c, 'j');
}

/* A meeting with room for descriptors, after which there is a spare one again. */
static void
meet_at_leisure(void)
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
a_meeting_without_a_free_descriptor_uses_the_spare_one(void **state)
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

/* What a failed meeting left in the queue must never be taken for the next one. */
static void
a_meeting_that_failed_leaves_nothing_to_the_next(void **state)
{
	struct rlimit was = limit_descriptors(64);
	int fds[64], first = socket(AF_UNIX, SOCK_STREAM, 0), second = socket(AF_UNIX, SOCK_STREAM, 0), peer;
	int third = socket(AF_UNIX, SOCK_STREAM, 0);
	bool used[3] = {false};
	unsigned n;

	meet_at_leisure();
	n = exhaust(fds, 64);
	peer = unix_join_worker(&u, first, &used[0]); /* takes the spare descriptor */
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

/* A process that finds the meeting point may fill its queue: its connection is not taken for ours. */
static void
a_connection_of_another_process_is_not_taken(void **state)
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
a_folder_that_was_cleaned_away_is_made_again(void **state)
{
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), handle;

	assert_int_equal(rmdir(dir.path), 0);
	handle = unixdir_bind(&dir, listener);
	assert_true(handle >= 0);
	close(handle);
	close(listener);
}

static void
a_handle_that_could_not_be_opened_is_opened_later(void **state)
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

/* Another user reads the names in use, and would take the next ones if it could compute them. */
static void
a_name_is_no_use_without_the_key(void **state)
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
only_af_unix_sockets_have_an_inode_here(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(unix_inode(fd) != 0);
	assert_int_equal(unix_inode(STDERR_FILENO), 0);
	close(fd);
}

/* A socket's name in a file system is a file of its own, and any number may be its. */
static void
only_sockets_themselves_have_an_inode_among_sockets(void **state)
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
	    cmocka_unit_test(a_listener_without_a_name_can_be_reached_by_its_handle),
	    cmocka_unit_test(the_ends_of_a_datagram_socket_hold_more_than_the_kernels_queue_for_strangers),
	    cmocka_unit_test(names_of_others_say_nothing),
	    cmocka_unit_test(a_filled_socket_looks_as_one_that_connects),
	    cmocka_unit_test(a_meeting_without_a_free_descriptor_uses_the_spare_one),
	    cmocka_unit_test(a_meeting_that_failed_leaves_nothing_to_the_next),
	    cmocka_unit_test(a_connection_of_another_process_is_not_taken),
	    cmocka_unit_test(a_folder_that_was_cleaned_away_is_made_again),
	    cmocka_unit_test(a_handle_that_could_not_be_opened_is_opened_later),
	    cmocka_unit_test(a_name_is_no_use_without_the_key),
	    cmocka_unit_test(only_af_unix_sockets_have_an_inode_here),
	    cmocka_unit_test(only_sockets_themselves_have_an_inode_among_sockets),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
