/*
 * test/unit/serve/auth/test_users.c - lines of users, and hashes that are taken or not.
 */
#include "serve/auth/check.h"
#include "serve/auth/users.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SHA                                                                                                  \
	"$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1"

static enum auth_fault
add(const char *line)
{
	struct auth_users *users = auth_users_new();
	enum auth_fault fault = auth_users_add(users, http_span_of(line));

	auth_users_free(users);
	return fault;
}

static void
a_line_is_a_name_and_a_hash_of_a_good_method(void **state)
{
	char name[80] = "ann";

	assert_int_equal(add("ann:" SHA), AUTH_FINE);
	assert_int_equal(add("\xe4\xb8\xad a@b:" SHA), AUTH_FINE);
	assert_int_equal(add("ann"), AUTH_NO_COLON);
	assert_int_equal(add(":" SHA), AUTH_NAME);
	assert_int_equal(add("a\tb:" SHA), AUTH_NAME);
	memset(name, 'x', AUTH_NAME_MOST + 1);
	strcpy(name + AUTH_NAME_MOST + 1, ":x");
	assert_int_equal(add(name), AUTH_NAME);
	assert_int_equal(add("ann:"), AUTH_HASH);
	assert_int_equal(add("ann:password"), AUTH_HASH);
	/* SHA-256 is not strong enough any more */
	assert_int_equal(
	    add("ann:$5$rounds=1000$saltsalt$eKLZU9t9OoPWrqOQsoTIKG0aYkZ5rGOoOQhiIvoSWX2"), AUTH_HASH);
	assert_int_equal(add("ann:$apr1$abc$0123456789012345678901"), AUTH_HASH);
	assert_int_equal(add("ann:$y$j9T$"), AUTH_HASH);
	assert_int_equal(add("ann:abJnggxhB/yWI"), AUTH_HASH); /* DES */
}

static void
no_two_users_have_one_name(void **state)
{
	struct auth_users *users = auth_users_new();

	assert_int_equal(auth_users_add(users, http_span_of("ann:" SHA)), AUTH_FINE);
	assert_int_equal(auth_users_add(users, http_span_of("ann:" SHA)), AUTH_TWICE);
	assert_int_equal(auth_users_add(users, http_span_of("Ann:" SHA)), AUTH_FINE);
	assert_int_equal(auth_users_count(users), 2);
	auth_users_free(users);
}

static void
an_unknown_name_has_a_hash_that_takes_as_long(void **state)
{
	struct auth_users *users = auth_users_new();
	bool exists;

	auth_users_add(users, http_span_of("ann:" SHA));
	assert_string_equal(auth_users_hash(users, http_span_of("ann"), &exists), SHA);
	assert_true(exists);
	assert_string_equal(auth_users_hash(users, http_span_of("bob"), &exists), SHA);
	assert_false(exists);
	auth_users_free(users);
}

static int
read_text(struct auth_users *users, const char *text, enum auth_fault *fault)
{
	char path[] = "/tmp/leat-users-XXXXXX";
	int fd = mkstemp(path), r;

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	r = auth_users_read(users, path, fault);
	unlink(path);
	return r;
}

static void
a_file_has_a_user_on_each_line(void **state)
{
	struct auth_users *users = auth_users_new();
	enum auth_fault fault;

	assert_int_equal(read_text(users, "# who\n\nann:" SHA "\r\nbob:" SHA, &fault), 0);
	assert_int_equal(auth_users_count(users), 2);
	assert_int_equal(read_text(users, "\ncid:" SHA "\ndan\neve:" SHA "\n", &fault), 3);
	assert_int_equal(fault, AUTH_NO_COLON);
	assert_true(auth_users_read(users, "/nonexistent", &fault) < 0);
	auth_users_free(users);
}

static void
a_hash_that_is_made_has_a_salt_of_its_own_and_the_password_fits(void **state)
{
	char a[AUTH_HASH_MOST + 1], b[AUTH_HASH_MOST + 1];

	assert_int_equal(auth_hash_make("secret", a, sizeof a), 0);
	assert_int_equal(auth_hash_make("secret", b, sizeof b), 0);
	assert_int_equal(strncmp(a, "$y$", 3), 0);
	assert_string_not_equal(a, b);
	assert_true(auth_hash_valid(a));
	assert_true(auth_check("secret", a));
	assert_false(auth_check("Secret", a));
	assert_false(auth_check("", a));
	assert_true(auth_check("secret", SHA));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_is_a_name_and_a_hash_of_a_good_method),
	    cmocka_unit_test(no_two_users_have_one_name),
	    cmocka_unit_test(an_unknown_name_has_a_hash_that_takes_as_long),
	    cmocka_unit_test(a_file_has_a_user_on_each_line),
	    cmocka_unit_test(a_hash_that_is_made_has_a_salt_of_its_own_and_the_password_fits),
	};

	if (!auth_check_built())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
