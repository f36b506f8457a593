#include "serve/listing/impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct listing_memory memory = {.most = 1 << 26};

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static void
numbers_in_names_compare_as_numbers(void **state)
{
	/* In order. */
	static const char *const names[] = {"", "0", "1", "2", "10", "00100", "A", "a", "a1", "a1b", "a2",
	    "a10", "a99999999999999999999", "a100000000000000000000", "B", "b", "\xe4\xb8\xad"};
	size_t n = sizeof names / sizeof *names;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++)
			assert_int_equal(
			    sign(listing_natural_compare(names[i], names[j])), (i > j) - (i < j));
	}
}

static void
add(struct listing *l, const char *name, enum listing_type type, int64_t size, int64_t modified)
{
	struct listing_entry e = {
	    .size = size, .modified = modified, .type = (uint8_t)type, .len = (uint8_t)strlen(name)};

	assert_int_equal(listing_set_add(&l->entries, &e, name), 0);
}

static struct listing *
new_listing(enum listing_sort sort, bool descending)
{
	struct listing_settings set = {
	    .folder = -1, .root = -1, .query = {sort, descending, -1}, .memory = &memory};
	struct body *b = NULL;

	assert_int_equal(listing_new(&set, &b), 0);
	return container_of(b, struct listing, body);
}

static unsigned
sort_all(struct listing *l)
{
	unsigned steps = 0;
	int more;

	while ((more = listing_sort_step(l)) > 0)
		steps++;
	assert_int_equal(more, 0);
	return steps;
}

static void
assert_order(struct listing *l, const char *const *names, size_t n)
{
	assert_int_equal(l->entries.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(l->entries.at[i]->name, names[i]);
	body_end(&l->body);
}

static struct listing *
four(enum listing_sort sort, bool descending)
{
	struct listing *l = new_listing(sort, descending);

	add(l, "b", LISTING_FILE, 5, 30);
	add(l, "a", LISTING_FILE, 5, 40);
	add(l, "z", LISTING_FOLDER, 0, 10);
	add(l, "c", LISTING_FILE, 9, 20);
	sort_all(l);
	return l;
}

static void
folders_stand_first_in_every_order(void **state)
{
	assert_order(four(LISTING_BY_NAME, false), (const char *[]){"z", "a", "b", "c"}, 4);
	assert_order(four(LISTING_BY_NAME, true), (const char *[]){"z", "c", "b", "a"}, 4);
	assert_order(four(LISTING_BY_TIME, false), (const char *[]){"z", "c", "b", "a"}, 4);
	assert_order(four(LISTING_BY_TIME, true), (const char *[]){"z", "a", "b", "c"}, 4);
}

static void
what_is_equal_stands_by_name(void **state)
{
	assert_order(four(LISTING_BY_SIZE, false), (const char *[]){"z", "a", "b", "c"}, 4);
	assert_order(four(LISTING_BY_SIZE, true), (const char *[]){"z", "c", "a", "b"}, 4);
}

static void
any_number_of_entries_is_sorted(void **state)
{
	for (size_t n = 0; n < 70; n++) {
		struct listing *l = new_listing(LISTING_BY_NAME, false);
		char name[16];

		for (size_t i = 0; i < n; i++) {
			snprintf(name, sizeof name, "f%zu", (i * 37 + 11) % 71);
			add(l, name, LISTING_FILE, 0, 0);
		}
		sort_all(l);
		for (size_t i = 1; i < n; i++)
			assert_true(
			    listing_natural_compare(l->entries.at[i - 1]->name, l->entries.at[i]->name) < 0);
		body_end(&l->body);
	}
}

static void
many_entries_are_sorted_in_many_steps(void **state)
{
	struct listing *l = new_listing(LISTING_BY_SIZE, false);

	for (int i = 0; i < 50000; i++)
		add(l, "same", LISTING_FILE, (int64_t)i * 7919 % 50021, 0);
	assert_true(sort_all(l) > 100);
	for (size_t i = 1; i < l->entries.n; i++)
		assert_true(l->entries.at[i - 1]->size <= l->entries.at[i]->size);
	body_end(&l->body);
}

static void
a_listing_may_be_freed_in_the_middle_of_its_sort(void **state)
{
	for (int steps = 0; steps < 40; steps++) {
		struct listing *l = new_listing(LISTING_BY_NAME, true);

		for (int i = 0; i < 9000; i++)
			add(l, i % 2 ? "x" : "y", LISTING_FILE, 0, 0);
		for (int i = 0; i < steps; i++)
			listing_sort_step(l);
		body_end(&l->body);
	}
}

static void
memory_for_entries_has_a_bound(void **state)
{
	struct listing *l = new_listing(LISTING_BY_NAME, false);
	struct listing_entry e = {.type = LISTING_FILE, .len = 40};
	size_t n = 0;

	while (listing_set_add(&l->entries, &e, "a name of exactly forty octets, no more.") == 0)
		n++;
	assert_true(n > 150000);
	assert_true(l->entries.octets < LISTING_OCTETS_MOST * 3 / 2);
	body_end(&l->body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_in_names_compare_as_numbers),
	    cmocka_unit_test(folders_stand_first_in_every_order),
	    cmocka_unit_test(what_is_equal_stands_by_name),
	    cmocka_unit_test(any_number_of_entries_is_sorted),
	    cmocka_unit_test(many_entries_are_sorted_in_many_steps),
	    cmocka_unit_test(a_listing_may_be_freed_in_the_middle_of_its_sort),
	    cmocka_unit_test(memory_for_entries_has_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
