/*
 * Files of passwords (netrc).
 */
#include "get/keep/netrc.h"
#include "keep_rig.h"

#include <errno.h>
#include <stdio.h>

static struct netrc netrc;

static int
read_text(const char *text)
{
	return netrc_read(&netrc, strdup(text));
}

/* "login:password" for @host; "none" if there is none. */
static const char *
found(const char *host, const char *login)
{
	static char text[100];
	const struct netrc_entry *e =
	    netrc_find(&netrc, host, strlen(host), login, login ? strlen(login) : 0);

	if (!e)
		return "none";
	snprintf(text, sizeof text, "%s:%s%s", e->login, e->password, e->host ? "" : " (default)");
	return text;
}

static void
the_first_entry_of_the_host_counts(void **state)
{
	assert_int_equal(read_text("machine a login me password 1\n machine A login you password 2\n"
				   "machine b password 3\tdefault login any password 4"),
	    0);
	assert_string_equal(found("a", NULL), "me:1");
	assert_string_equal(found("A", "you"), "you:2");
	assert_string_equal(found("a", "other"), "none");
	assert_string_equal(found("b", NULL), ":3");
	assert_string_equal(found("ab", NULL), "any:4 (default)");
	netrc_free(&netrc);
}

static void
words_are_quoted_and_comments_left_out(void **state)
{
	assert_int_equal(
	    read_text("# machine a login no\nmachine a login \"a b\" password \"\\\"\\\\\\tx\" # x\n"
		      "machine b login x#y password \"\"\n"),
	    0);
	assert_string_equal(found("a", NULL), "a b:\"\\\tx");
	assert_string_equal(found("b", NULL), "x#y:");
	netrc_free(&netrc);
	assert_int_equal(read_text("machine a login \"b"), -EINVAL);
	assert_int_equal(read_text("machine a login \"b\\"), -EINVAL);
}

/* Or a host would get the password of the next one. */
static void
a_value_is_neither_a_comment_nor_the_next_entry(void **state)
{
	assert_int_equal(
	    read_text("machine a login me password #abc\nmachine b login you password secret"), 0);
	assert_string_equal(found("a", NULL), "me:#abc");
	assert_string_equal(found("b", NULL), "you:secret");
	netrc_free(&netrc);
	assert_int_equal(read_text("machine a login me password\nmachine b login you"), -EINVAL);
	assert_int_equal(read_text("machine a login default password x"), -EINVAL);
	assert_int_equal(read_text("machine a login \"default\" password\nx"), 0);
	assert_string_equal(found("a", NULL), "default:x");
	netrc_free(&netrc);
}

/* Wherever "default" stands, it is for hosts without an entry. */
static void
an_entry_of_the_host_goes_before_the_default(void **state)
{
	assert_int_equal(
	    read_text("default login any password 1 default login b password 2 machine a password 3"), 0);
	assert_string_equal(found("a", NULL), ":3");
	assert_string_equal(found("c", NULL), "any:1 (default)");
	assert_string_equal(found("c", "b"), "b:2 (default)");
	netrc_free(&netrc);
}

/* A macro of ftp may have any words; an empty line ends it. */
static void
macros_are_left_out(void **state)
{
	assert_int_equal(read_text("macdef init\nmachine a login no\n\nmachine a login me\n"
				   "macdef x\n\nmachine b login you\nmacdef y\nmachine c login no"),
	    0);
	assert_string_equal(found("a", NULL), "me:");
	assert_string_equal(found("b", NULL), "you:");
	assert_string_equal(found("c", NULL), "none");
	netrc_free(&netrc);
}

static void
words_without_a_host_or_a_value_mean_nothing(void **state)
{
	static const char *const text[] = {
	    "", "login", "machine", "login x password y", "machine\n", "x y z"};

	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		assert_int_equal(read_text(text[i]), 0);
		assert_string_equal(found("x", NULL), "none");
		netrc_free(&netrc);
	}
}

static void
a_file_is_read(void **state)
{
	const char *path;

	rig_begin(&rig, 1 << 20);
	path = rig_path(&rig, "netrc");
	assert_int_equal(netrc_open(&netrc, path), -ENOENT);
	rig_write(path, "machine a login b", 17);
	assert_int_equal(netrc_open(&netrc, path), 0);
	assert_string_equal(found("a", NULL), "b:");
	netrc_free(&netrc);
	rig_end(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_entry_of_the_host_counts),
	    cmocka_unit_test(words_are_quoted_and_comments_left_out),
	    cmocka_unit_test(a_value_is_neither_a_comment_nor_the_next_entry),
	    cmocka_unit_test(an_entry_of_the_host_goes_before_the_default),
	    cmocka_unit_test(macros_are_left_out),
	    cmocka_unit_test(words_without_a_host_or_a_value_mean_nothing),
	    cmocka_unit_test(a_file_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
