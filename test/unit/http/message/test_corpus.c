/*
 * Messages, good and bad, with the events that the standard wants. Whatever the pieces in which the
 * octets of a message come, the events are the same.
 */
#include "events.h"

#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>

static void
expect(const struct message *m, const size_t *cut, size_t cuts)
{
	char text[EVENTS_TEXT];

	events_of(m, cut, cuts, text);
	if (strcmp(text, m->events) != 0) {
		fprintf(stderr, "%zu cuts, the first at %zu\n", cuts, cuts ? cut[0] : 0);
		assert_string_equal(text, m->events);
	}
}

static void
expect_every_cut_in_two(const struct message *m)
{
	for (size_t i = 0; i <= m->len; i++)
		expect(m, &i, 1);
}

static void
expect_octet_by_octet(const struct message *m)
{
	size_t *cut = calloc(m->len + 1, sizeof *cut);

	for (size_t i = 0; i <= m->len; i++)
		cut[i] = i;
	expect(m, cut, m->len + 1);
	free(cut);
}

enum { RANDOM_SPLITS = 1000, CUTS = 16 };

static void
expect_random_splits(const struct message *m)
{
	struct rng r;
	size_t cut[CUTS];

	rng_seed(&r, 9112);
	for (unsigned i = 0; i < RANDOM_SPLITS; i++) {
		size_t n = 0;

		for (size_t at = rng_below(&r, 20); at < m->len && n < CUTS;
		     at += rng_below(&r, 2 * m->len / CUTS + 2))
			cut[n++] = at;
		expect(m, cut, n);
	}
}

static void
any_pieces_give_the_same_events(void **state)
{
	const struct message *m = *state;

	expect(m, NULL, 0);
	expect_octet_by_octet(m);
	expect_every_cut_in_two(m);
	expect_random_splits(m);
}

struct corpus {
	const struct message *row;
	const size_t *n;
};

static const struct corpus corpora[] = {{good_requests, &good_requests_n}, {bad_requests, &bad_requests_n},
    {smuggling, &smuggling_n}, {chunked, &chunked_n}, {responses, &responses_n}};
enum { CORPORA = sizeof corpora / sizeof corpora[0] };

static bool
some_row_gives(enum http_reason r)
{
	char line[64];

	snprintf(line, sizeof line, "bad %s\n", http_reason_name(r));
	for (size_t i = 0; i < CORPORA; i++)
		for (size_t j = 0; j < *corpora[i].n; j++)
			if (strstr(corpora[i].row[j].events, line))
				return true;
	return false;
}

/* Reasons that only a connection knows; http/conn/test_server.c has them. */
static bool
is_of_connection(enum http_reason r)
{
	return r == HTTP_REQUEST_LATE;
}

static void
each_reason_is_produced_by_a_message(void **state)
{
	for (enum http_reason r = HTTP_FINE + 1; r < HTTP_REASONS; r++)
		if (!some_row_gives(r) && !is_of_connection(r))
			fail_msg("no message is refused for %s", http_reason_name(r));
}

static void
each_reason_has_words_a_source_and_a_status(void **state)
{
	for (enum http_reason r = HTTP_FINE + 1; r < HTTP_REASONS; r++) {
		assert_int_equal(strncmp(http_reason_source(r), "RFC ", 4), 0);
		assert_true(strlen(http_reason_words(r)) > 5);
		assert_in_range(http_reason_status(r), 400, 599);
	}
}

int
main(void)
{
	int failed = 0;
	const struct CMUnitTest tables[] = {cmocka_unit_test(each_reason_is_produced_by_a_message),
	    cmocka_unit_test(each_reason_has_words_a_source_and_a_status)};

	for (size_t i = 0; i < CORPORA; i++) {
		size_t n = *corpora[i].n;
		struct CMUnitTest *tests = calloc(n, sizeof *tests);

		for (size_t j = 0; j < n; j++)
			tests[j] = (struct CMUnitTest){corpora[i].row[j].rule,
			    any_pieces_give_the_same_events, NULL, NULL, (void *)&corpora[i].row[j]};
		failed += _cmocka_run_group_tests("messages", tests, n, NULL, NULL);
		free(tests);
	}
	return failed + cmocka_run_group_tests(tables, NULL, NULL) > 0;
}
