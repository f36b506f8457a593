/*
 * Damaged entries, and several processes.
 */
#include "keep_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define A "http://h/a"

static void
note_path(const char *path, void *to)
{
	strcpy(to, path);
}

/* Whatever octet changed, or is missing: the entry is a miss, and can be stored again. */
static void
an_entry_with_any_octet_changed_is_a_miss(void **state)
{
	char path[256], octets[4096];
	enum store_found why;
	size_t len;

	assert_int_equal(rig_put(&rig, A, NULL, 0, NULL, "content"), 0);
	assert_int_equal(rig_each(&rig, note_path, path), 1);
	memcpy(octets, rig_read(path, &len), sizeof octets);
	for (size_t i = 0; i < len; i++) {
		octets[i] ^= 1;
		rig_write(path, octets, len);
		octets[i] ^= 1;
		assert_null(rig_get(&rig, A, NULL, 0, &why));
		assert_int_equal(why, STORE_DAMAGED);
	}
	for (size_t n = 0; n < len; n++) {
		rig_write(path, octets, n);
		assert_null(rig_get(&rig, A, NULL, 0, NULL));
	}
	assert_int_equal(rig_put(&rig, A, NULL, 0, NULL, "again"), 0);
	assert_string_equal(rig_get(&rig, A, NULL, 0, NULL), "again");
}

static void
octets_after_the_end_are_a_miss(void **state)
{
	char path[256], octets[4096];
	size_t len;

	assert_int_equal(rig_put(&rig, A, NULL, 0, NULL, "content"), 0);
	assert_int_equal(rig_each(&rig, note_path, path), 1);
	memcpy(octets, rig_read(path, &len), sizeof octets);
	rig_write(path, octets, len + 1);
	assert_null(rig_get(&rig, A, NULL, 0, NULL));
}

static void
what_is_no_file_is_a_miss(void **state)
{
	char path[256];

	assert_int_equal(rig_put(&rig, A, NULL, 0, NULL, "content"), 0);
	assert_int_equal(rig_each(&rig, note_path, path), 1);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(rig_get(&rig, A, NULL, 0, NULL));
	unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_null(rig_get(&rig, A, NULL, 0, NULL));
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_null(rig_get(&rig, A, NULL, 0, NULL));
}

/* Stores and reads entries of four URIs, each all of one letter. */
static void
work(unsigned seed)
{
	static char content[200001];

	for (unsigned i = 0; i < 60; i++) {
		char uri[] = "http://h/0";
		const char *got;

		uri[9] = (char)('0' + (seed + i) % 4);
		memset(content, 'a' + (int)(seed % 26), 70000 + i);
		content[70000 + i] = '\0';
		if (rig_put(&rig, uri, NULL, 0, NULL, content) < 0)
			_exit(1);
		got = rig_get(&rig, uri, NULL, 0, NULL);
		if (got && strspn(got, (char[]){got[0], '\0'}) != strlen(got))
			_exit(2);
		if (!got)
			_exit(3);
	}
	_exit(0);
}

static void
processes_at_once_see_whole_entries(void **state)
{
	pid_t child[4];

	store_close(rig.store);
	assert_int_equal(store_open(rig_path(&rig, "cache/leat/get"), 100 << 20, &rig.store), 0);
	for (unsigned i = 0; i < 4; i++) {
		child[i] = fork();
		if (child[i] == 0)
			work(i);
	}
	for (unsigned i = 0; i < 4; i++) {
		int status;

		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    KEEP_TEST(an_entry_with_any_octet_changed_is_a_miss),
	    KEEP_TEST(octets_after_the_end_are_a_miss),
	    KEEP_TEST(what_is_no_file_is_a_miss),
	    KEEP_TEST(processes_at_once_see_whole_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
