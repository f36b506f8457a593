/*
 * test/unit/cli/test_get_options.c - the values of options of `leat get`, right and wrong.
 */
#include "cli/commands.h"
#include "get/url/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* The sanitizer for leaks fails this test if something is left. */
static void
a_wrong_line_frees_what_the_options_before_have_allocated(void **state)
{
	static const char *const wrong[][2] = {{"--parts", "0"}, {"-F", "no-form"}, {"-m", "soon"}};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char *line[] = {"get", "-o", "a", "-T", "b", "-d", "c", "-F", "d=e", "-b", "f", "--url", "g",
		    (char *)(uintptr_t)wrong[i][0], (char *)(uintptr_t)wrong[i][1], NULL};

		assert_int_equal(
		    command_run(&cmd_get, sizeof line / sizeof *line - 1, line), GET_FAILED_INIT);
	}
}

static int released;

static void
release(void *config)
{
	released++;
}

static const char *
refuse(void *config, const struct option *option, const char *value)
{
	return "is wrong";
}

static int
run(void *config, int argc, char **argv)
{
	return 7;
}

static void
a_command_frees_its_configuration_once_however_it_ends(void **state)
{
	static const struct option option[] = {{"x", "VALUE", "help", refuse, 0}, {0}};
	static const struct command c = {
	    .name = "it", .usage = "", .about = "", .options = option, .main = run, .release = release};
	char *right[] = {"it", NULL}, *wrong[] = {"it", "-x", "1", NULL};

	released = 0;
	assert_int_equal(command_run(&c, 1, right), 7);
	assert_int_equal(released, 1);
	assert_int_equal(command_run(&c, 3, wrong), EXIT_LEAT);
	assert_int_equal(released, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_wrong_line_frees_what_the_options_before_have_allocated),
	    cmocka_unit_test(a_command_frees_its_configuration_once_however_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
