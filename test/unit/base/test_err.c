/*
 * The names and texts of errors.
 */
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ERRNO_END = 512 };

/*
 * Any system call may fail, and its error number is passed to err_text(). It has a text for each
 * number that the C library knows.
 */
static void
every_error_of_the_host_has_its_text(void **state)
{
	unsigned known = 0;

	for (int number = 1; number < ERRNO_END; number++) {
		const char *name = strerrorname_np(number);

		if (!name) {
			assert_string_equal(err_text(number), "unknown error");
			continue;
		}
		known++;
		/* Only the numbers of leat.h have a name, and it is the C library's. */
		if (strcmp(err_name(number), "E?") != 0)
			assert_string_equal(err_name(number), name);
		assert_string_not_equal(err_text(number), "unknown error");
		assert_string_equal(err_text(-number), err_text(number));
	}
	assert_true(known > 120);
	assert_string_equal(err_text(0), "no error");
}

/* The numbers of leat.h are Linux's. */
static void
public_numbers_are_those_of_errno(void **state)
{
	assert_int_equal(LEAT_EAGAIN, EAGAIN);
	assert_int_equal(LEAT_ECONNREFUSED, ECONNREFUSED);
	assert_int_equal(LEAT_EINPROGRESS, EINPROGRESS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_error_of_the_host_has_its_text),
	    cmocka_unit_test(public_numbers_are_those_of_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
