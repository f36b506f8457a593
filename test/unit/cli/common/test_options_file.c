/*
 * Options from a YAML file: what is accepted, and what is refused, with the line that is wrong.
 */
#include "cli/common/options_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

struct config {
	const char *name[8];
	int names;
	bool quiet;
};

static const char *
set_name(void *config, const struct option *option, const char *value)
{
	struct config *c = config;

	if (strcmp(value, "bad") == 0)
		return "is not a name";
	c->name[c->names++] = value;
	return NULL;
}

static const char *
set_quiet(void *config, const struct option *option, const char *value)
{
	((struct config *)config)->quiet = true;
	return NULL;
}

static const struct option rows[] = {
    {"name", "NAME", "a name", set_name, 0, .repeats = true},
    {"n", "NAME", NULL, set_name, 0},
    {"quiet", NULL, "no words", set_quiet, 0},
    {"config", "FILE", "this file", set_name, 0, .line_only = true},
    {0},
};
static const struct option more[] = {{"folder", "DIR", "", set_name, 0}, {0}};

static struct config config;
static struct options_file *file;
static char said[1024];

/* Reads @text as a file; what is printed goes to said[]. */
static int
read_text(const char *text, size_t len)
{
	char path[] = "/tmp/leat-options-XXXXXX";
	int fd = mkstemp(path), saved = dup(STDERR_FILENO), err = memfd_create("err", 0), e;
	ssize_t n;

	assert_true(fd >= 0 && saved >= 0 && err >= 0);
	assert_int_equal(write(fd, text, len), len);
	config = (struct config){.quiet = false};
	file = NULL;
	dup2(err, STDERR_FILENO);
	e = options_file_read("test", path, rows, more, &config, &file);
	dup2(saved, STDERR_FILENO);
	n = pread(err, said, sizeof said - 1, 0);
	said[n < 0 ? 0 : n] = 0;
	close(fd);
	close(saved);
	close(err);
	unlink(path);
	return e;
}

static void
accepted(const char *text)
{
	assert_int_equal(read_text(text, strlen(text)), 0);
	assert_string_equal(said, "");
}

/* @why: what the message has after the file's name. */
static void
refused(const char *text, const char *why)
{
	assert_int_equal(read_text(text, strlen(text)), -1);
	assert_null(file);
	if (!strstr(said, why))
		fail_msg("'%s' has no '%s'", said, why);
}

static void
names_of_options_are_keys_and_lists_repeat_them(void **state)
{
	accepted("# a comment\nname: one\nquiet: yes\nfolder: 'a b'\n");
	assert_int_equal(config.names, 2);
	assert_string_equal(config.name[0], "one");
	assert_string_equal(config.name[1], "a b");
	assert_true(config.quiet);
	options_file_free(file);
	accepted("name: [one, \"two\"]\nquiet: false\n");
	assert_int_equal(config.names, 2);
	assert_string_equal(config.name[1], "two");
	assert_false(config.quiet);
	options_file_free(file);
}

static void
an_empty_file_is_right(void **state)
{
	accepted("");
	options_file_free(file);
	accepted("# nothing\n---\n{}\n");
	options_file_free(file);
}

static void
what_is_wrong_is_said_with_its_line(void **state)
{
	refused("name: one\nnane: two\n", ":2: unknown option 'nane'; did you mean name?");
	refused("folders: x\n", ":1: unknown option 'folders'; did you mean folder?");
	refused("zzzzzzzz: x\n", ":1: unknown option 'zzzzzzzz'\n");
	refused("\nname: bad\n", ":2: name: 'bad' is not a name");
	refused("name: [one,\n bad]\n", ":2: name: 'bad' is not a name");
	refused("quiet: maybe\n", ":1: quiet: 'maybe' is neither true nor false");
	refused("quiet: [true]\n", ":1: quiet: is true or false, not a list");
	refused("folder: [one, two]\n", ":1: folder: takes one value, not a list");
	refused("name: one\nname: two\n", ":2: name: stands here twice; several values are a list\n");
	refused("folder: one\nfolder: two\n", ":2: folder: stands here twice\n");
	refused("config: x\n", ":1: config: belongs on the command line");
	refused("n: x\n", ":1: unknown option 'n'");
	refused("name: {a: b}\n", ":1: name: is neither a plain value nor a list");
	refused("name: [[a]]\n", ":1: name: a list has plain values only");
	refused("- name\n", ":1: is not a list of 'option: value' lines");
	refused("[a]: b\n", ":1: an option's name is a plain word");
	refused("name: a\n---\nname: b\n", ":2: a second document begins here");
	refused("name: *a\n", ":1: name: is neither a plain value nor a list");
	refused("name: \"one\n", ":2: is not YAML: while scanning a quoted scalar");
	refused("name: \"a\\0b\"\n", ":1: a value has a NUL character");
}

static void
octets_that_are_no_text_and_too_many_are_refused(void **state)
{
	enum { LARGE = (1 << 20) + 1 };
	char *large = malloc(LARGE);

	refused("name: \xff\xfe\n", ": octet ");
	memset(large, '#', LARGE);
	assert_int_equal(read_text(large, LARGE), -1);
	assert_non_null(strstr(said, "File too large"));
	free(large);
}

static void
a_file_that_cannot_be_read_is_named(void **state)
{
	assert_int_equal(options_file_read("test", "/", rows, NULL, &config, &file), -1);
	assert_int_equal(options_file_read("test", "/nonexistent/file", rows, NULL, &config, &file), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_of_options_are_keys_and_lists_repeat_them),
	    cmocka_unit_test(an_empty_file_is_right),
	    cmocka_unit_test(what_is_wrong_is_said_with_its_line),
	    cmocka_unit_test(octets_that_are_no_text_and_too_many_are_refused),
	    cmocka_unit_test(a_file_that_cannot_be_read_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
