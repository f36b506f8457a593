/*
 * Error messages: one line, one write, nothing in it that a terminal obeys.
 */
#include "cli/common/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* Standard error is the end of a socket that keeps each write apart. */
struct writes {
	int end, saved;
};

static int
begin(void **state)
{
	static struct writes w;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
		return -1;
	w.end = pair[0];
	w.saved = dup(STDERR_FILENO);
	dup2(pair[1], STDERR_FILENO);
	close(pair[1]);
	*state = &w;
	return 0;
}

static int
end(void **state)
{
	struct writes *w = *state;

	dup2(w->saved, STDERR_FILENO);
	close(w->saved);
	close(w->end);
	return 0;
}

static void
expect_write(struct writes *w, const char *text)
{
	char got[64 << 10];
	ssize_t len = recv(w->end, got, sizeof got - 1, MSG_DONTWAIT);

	assert_true(len > 0);
	got[len] = '\0';
	assert_string_equal(got, text);
}

static void
a_message_is_one_write_so_that_processes_do_not_mix_theirs(void **state)
{
	assert_int_equal(error_line("serve", "%s: cannot read this %s", "site", "folder"), EXIT_LEAT);
	expect_write(*state, "leat serve: site: cannot read this folder\n");
	error_line(NULL, "%d", 7);
	expect_write(*state, "leat: 7\n");
}

static void
control_characters_are_written_as_in_c(void **state)
{
	error_line("get", "%s", "a\nb\tc\x1b[31m\177d");
	expect_write(*state, "leat get: a\\nb\\tc\\x1b[31m\\x7fd\n");
}

static void
a_long_message_of_control_characters_is_cut_and_not_written_past_its_room(void **state)
{
	char text[9000], expected[40000] = "leat run: ";
	char *at = expected + strlen(expected);

	memset(text, 1, sizeof text - 1);
	text[sizeof text - 1] = '\0';
	error_line("run", "%s", text);
	for (unsigned i = 0; i < 8191; i++)
		at = stpcpy(at, "\\x01");
	strcpy(at, "\n");
	expect_write(*state, expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_message_is_one_write_so_that_processes_do_not_mix_theirs, begin, end),
	    cmocka_unit_test_setup_teardown(control_characters_are_written_as_in_c, begin, end),
	    cmocka_unit_test_setup_teardown(
		a_long_message_of_control_characters_is_cut_and_not_written_past_its_room, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
