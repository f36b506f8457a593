/*
 * Entries of the store: which request gets which.
 */
#include "keep_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define A "http://h/a"
#define B "http://h/b"

static void
what_is_stored_is_found_with_its_head(void **state)
{
	struct store_key k = {http_span_of(A), NULL, 0};
	struct store_entry *e;

	assert_int_equal(rig_put(&rig, A, NULL, 0, NULL, "content"), 0);
	assert_string_equal(rig_get(&rig, A, NULL, 0, NULL), "content");
	assert_int_equal(store_find(rig.store, &k, &e), STORE_FOUND);
	assert_int_equal(e->cached.status, 200);
	assert_int_equal(e->cached.requested, 1000);
	assert_int_equal(e->cached.received, 1001);
	assert_int_equal(e->length, 7);
	assert_true(http_span_is(http_field_find(e->cached.field, e->cached.n, "etag")->value, "\"1\""));
	assert_int_equal(http_cache_use(&e->cached, NULL, 0, 1030), HTTP_CACHE_USE);
	assert_int_equal(http_cache_use(&e->cached, NULL, 0, 1100), HTTP_CACHE_REVALIDATE);
	store_entry_free(e);
}

static void
another_uri_has_nothing(void **state)
{
	enum store_found why;

	assert_int_equal(rig_put(&rig, A, NULL, 0, NULL, "content"), 0);
	assert_null(rig_get(&rig, B, NULL, 0, &why));
	assert_int_equal(why, STORE_NONE);
}

static void
empty_content_and_many_blocks_are_whole(void **state)
{
	char *large = malloc(100001);

	for (size_t i = 0; i < 100000; i++)
		large[i] = (char)('a' + i % 23);
	large[100000] = '\0';
	assert_int_equal(rig_put(&rig, A, NULL, 0, NULL, ""), 0);
	assert_int_equal(rig_put(&rig, B, NULL, 0, NULL, large), 0);
	assert_string_equal(rig_get(&rig, A, NULL, 0, NULL), "");
	assert_string_equal(rig_get(&rig, B, NULL, 0, NULL), large);
	free(large);
}

static void
the_new_entry_takes_the_place_of_the_old_one(void **state)
{
	assert_int_equal(rig_put(&rig, A, NULL, 0, NULL, "old"), 0);
	assert_int_equal(rig_put(&rig, A, NULL, 0, NULL, "new"), 0);
	assert_string_equal(rig_get(&rig, A, NULL, 0, NULL), "new");
	assert_int_equal(rig_each(&rig, NULL, NULL), 1);
}

/* RFC 9111, 4.1 */
static void
vary_gives_each_request_its_own(void **state)
{
	struct http_field vary = rig_field("Vary", "Accept-Language"),
			  en = rig_field("accept-language", "en"), zh = rig_field("Accept-Language", "zh");
	enum store_found why;

	assert_int_equal(rig_put(&rig, A, &en, 1, &vary, "hello"), 0);
	assert_int_equal(rig_put(&rig, A, &zh, 1, &vary, "nihao"), 0);
	assert_string_equal(rig_get(&rig, A, &en, 1, NULL), "hello");
	assert_string_equal(rig_get(&rig, A, &zh, 1, NULL), "nihao");
	assert_null(rig_get(&rig, A, NULL, 0, &why));
	assert_int_equal(why, STORE_OTHER);
}

static void
variants_are_bounded(void **state)
{
	struct http_field vary = rig_field("Vary", "Accept-Language");
	char lang[] = "a";

	for (; lang[0] <= 'z'; lang[0]++) {
		struct http_field asked = rig_field("Accept-Language", lang);

		assert_int_equal(rig_put(&rig, A, &asked, 1, &vary, lang), 0);
		assert_string_equal(rig_get(&rig, A, &asked, 1, NULL), lang);
	}
	assert_int_equal(rig_each(&rig, NULL, NULL), STORE_VARIANTS);
}

static void
another_users_credentials_do_not_select_it(void **state)
{
	static const char *const names[] = {"Authorization", "Cookie"};

	for (unsigned i = 0; i < 2; i++) {
		struct http_field alice = rig_field(names[i], "alice:geheim"),
				  bob = rig_field(names[i], "bob:geheim");
		char uri[] = "http://h/0";

		uri[9] = (char)('0' + i);
		assert_int_equal(rig_put(&rig, uri, &alice, 1, NULL, "for alice"), 0);
		assert_string_equal(rig_get(&rig, uri, &alice, 1, NULL), "for alice");
		assert_null(rig_get(&rig, uri, &bob, 1, NULL));
		assert_null(rig_get(&rig, uri, NULL, 0, NULL));
	}
}

static void
look_for_secret(const char *path, void *found)
{
	*(bool *)found |= strstr(rig_read(path, NULL), "geheim") != NULL;
}

static void
credentials_are_not_written_to_the_disk(void **state)
{
	struct http_field vary = rig_field("Vary", "Cookie"), cookie = rig_field("Cookie", "a=geheim");
	bool found = false;

	assert_int_equal(rig_put(&rig, A, &cookie, 1, &vary, "x"), 0);
	assert_string_equal(rig_get(&rig, A, &cookie, 1, NULL), "x");
	assert_int_equal(rig_each(&rig, look_for_secret, &found), 1);
	assert_false(found);
}

/* RFC 9111, 3.1 */
static void
fields_of_one_connection_are_not_kept(void **state)
{
	struct http_field more = rig_field("Proxy-Authenticate", "geheim");
	bool found = false;

	assert_int_equal(rig_put(&rig, A, NULL, 0, &more, "x"), 0);
	rig_each(&rig, look_for_secret, &found);
	assert_false(found);
}

/* RFC 9111, 4.3.4 */
static void
a_renewed_entry_has_the_new_head_and_the_old_content(void **state)
{
	struct http_field field = rig_field("Cache-Control", "max-age=500"), out[10];
	struct store_key k = {http_span_of(A), NULL, 0};
	struct http_cached renewed;
	struct store_entry *e;

	assert_int_equal(rig_put(&rig, A, NULL, 0, NULL, "content"), 0);
	assert_int_equal(store_find(rig.store, &k, &e), STORE_FOUND);
	renewed = e->cached;
	renewed.n = http_cache_update(&e->cached, &field, 1, out, 10);
	renewed.field = out;
	renewed.requested = renewed.received = 2000;
	assert_int_equal(store_renew(rig.store, &k, e, &renewed), 0);
	store_entry_free(e);

	assert_int_equal(store_find(rig.store, &k, &e), STORE_FOUND);
	assert_int_equal(e->cached.received, 2000);
	assert_int_equal(http_cache_use(&e->cached, NULL, 0, 2400), HTTP_CACHE_USE);
	assert_non_null(http_field_find(e->cached.field, e->cached.n, "etag"));
	store_entry_free(e);
	assert_string_equal(rig_get(&rig, A, NULL, 0, NULL), "content");
	assert_int_equal(rig_each(&rig, NULL, NULL), 1);
}

static void
what_is_dropped_leaves_the_old_entry(void **state)
{
	struct http_cached cached = {.status = 200};
	struct store_key k = {http_span_of(A), NULL, 0};
	struct store_writer *w;

	assert_int_equal(rig_put(&rig, A, NULL, 0, NULL, "old"), 0);
	assert_int_equal(store_begin(rig.store, &k, &cached, &w), 0);
	assert_int_equal(store_add(w, "new", 3), 0);
	assert_string_equal(rig_get(&rig, A, NULL, 0, NULL), "old");
	store_drop(w);
	assert_string_equal(rig_get(&rig, A, NULL, 0, NULL), "old");
	assert_int_equal(rig_each(&rig, NULL, NULL), 1);
}

static void
removal_takes_all_variants(void **state)
{
	struct http_field vary = rig_field("Vary", "Accept-Language"),
			  en = rig_field("Accept-Language", "en"), zh = rig_field("Accept-Language", "zh");

	assert_int_equal(rig_put(&rig, A, &en, 1, &vary, "hello"), 0);
	assert_int_equal(rig_put(&rig, A, &zh, 1, &vary, "nihao"), 0);
	assert_int_equal(rig_put(&rig, B, NULL, 0, NULL, "other"), 0);
	store_remove(rig.store, http_span_of(A));
	assert_null(rig_get(&rig, A, &en, 1, NULL));
	assert_int_equal(rig_each(&rig, NULL, NULL), 1);
}

static void
a_folder_that_others_may_write_to_is_refused(void **state)
{
	struct store *s;

	assert_int_equal(mkdir(rig_path(&rig, "shared"), 0700), 0);
	assert_int_equal(chmod(rig_path(&rig, "shared"), 0777), 0);
	assert_int_equal(store_open(rig_path(&rig, "shared"), 1 << 20, &s), -EACCES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    KEEP_TEST(what_is_stored_is_found_with_its_head),
	    KEEP_TEST(another_uri_has_nothing),
	    KEEP_TEST(empty_content_and_many_blocks_are_whole),
	    KEEP_TEST(the_new_entry_takes_the_place_of_the_old_one),
	    KEEP_TEST(vary_gives_each_request_its_own),
	    KEEP_TEST(variants_are_bounded),
	    KEEP_TEST(another_users_credentials_do_not_select_it),
	    KEEP_TEST(credentials_are_not_written_to_the_disk),
	    KEEP_TEST(fields_of_one_connection_are_not_kept),
	    KEEP_TEST(a_renewed_entry_has_the_new_head_and_the_old_content),
	    KEEP_TEST(what_is_dropped_leaves_the_old_entry),
	    KEEP_TEST(removal_takes_all_variants),
	    KEEP_TEST(a_folder_that_others_may_write_to_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
