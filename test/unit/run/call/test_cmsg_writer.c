/*
 * Control messages are truncated as the kernel truncates them: a socket receives the same messages
 * that we write.
 */
#include "run/call/cmsg_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROOMS = 80 };

/* Lets the kernel write credentials for a receiver with @room octets. */
static void
ask_kernel(size_t room, uint8_t control[static ROOMS], size_t *len, bool *cut)
{
	struct iovec iov = {(char[]){"x"}, 1};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
	int pair[2], on = 1;

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	assert_int_equal(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on), 0);
	assert_int_equal(send(pair[0], "x", 1, 0), 1);
	assert_int_equal(recvmsg(pair[1], &h, 0), 1);
	*len = h.msg_controllen;
	*cut = (h.msg_flags & MSG_CTRUNC) != 0;
	close(pair[0]);
	close(pair[1]);
}

static void
control_messages_are_truncated_as_by_the_kernel(void **state)
{
	struct ucred own = {getpid(), getuid(), getgid()};

	for (size_t room = 0; room < ROOMS; room++) {
		_Alignas(struct cmsghdr) uint8_t control[ROOMS] = {0};
		struct msghdr theirs = {.msg_control = control, .msg_controllen = room};
		struct cmsg_writer w;
		size_t len;
		bool cut;

		ask_kernel(room, control, &len, &cut);
		memset(&w, 0, sizeof w);
		cmsg_begin(&w, &theirs);
		cmsg_put(&w, SOL_SOCKET, SCM_CREDENTIALS, &own, sizeof own);
		assert_int_equal(w.len, len);
		assert_int_equal(w.cut, cut);
		assert_memory_equal(w.room, control, len);
	}
}

static void
descriptors_fit_into_what_follows_the_header(void **state)
{
	struct msghdr theirs = {.msg_control = (char[64]){0}};
	struct cmsg_writer w;

	for (size_t room = 0; room < 64; room++) {
		theirs.msg_controllen = room;
		cmsg_begin(&w, &theirs);
		assert_int_equal(cmsg_fds(&w), room < CMSG_LEN(4) ? 0 : (room - CMSG_LEN(0)) / 4);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(control_messages_are_truncated_as_by_the_kernel),
	    cmocka_unit_test(descriptors_fit_into_what_follows_the_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
