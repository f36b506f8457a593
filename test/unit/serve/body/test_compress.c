/*
 * test/unit/serve/body/test_compress.c - content that is compressed on the way. test_serve_body.py
 * has other people's decoders.
 */
#include "serve/body/body_rig.h"
#include "serve/body/compress.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* A body of @left octets, in pieces of at most @piece; -LEAT_EAGAIN before each. */
struct source {
	struct body body;
	size_t left, piece;
	int error; /* at the end; 0: none */
	bool waits, ended;
};

static ssize_t
produce(struct body *b, char *at, size_t room)
{
	struct source *s = container_of(b, struct source, body);
	size_t n = s->piece < room ? s->piece : room;

	s->waits = !s->waits;
	if (s->waits)
		return -LEAT_EAGAIN;
	n = n < s->left ? n : s->left;
	for (size_t i = 0; i < n; i++)
		at[i] = "some words of text\n"[(s->left - i) % 19];
	s->left -= n;
	return n > 0 ? (ssize_t)n : s->error;
}

static void
end(struct body *b)
{
	container_of(b, struct source, body)->ended = true;
}

static const struct body_ops source_ops = {produce, end};

static struct source
source(size_t size, size_t piece)
{
	return (struct source){.body = {&source_ops}, .left = size, .piece = piece};
}

static struct body *
compress(struct source *s, enum http_coding coding, const struct compress_keep *keep, unsigned *running)
{
	struct body *b = compress_new(&s->body, coding, s->left, keep, running);

	assert_non_null(b);
	return b;
}

static void
for_each_coding(void (*test)(enum http_coding coding))
{
	enum http_coding known[HTTP_CODINGS];
	size_t n = coder_known(known);

	for (size_t i = 0; i < n; i++)
		test(known[i]);
}

static void
check_rooms(enum http_coding coding)
{
	ssize_t wanted = -1;

	for (size_t room = 1; room < 40000; room = 3 * room + 1) {
		struct source s = source(50000, 30000);
		unsigned running = 0;
		struct body *b = compress(&s, coding, NULL, &running);
		ssize_t len;

		assert_int_equal(running, 1);
		free(body_all(b, room, &len));
		assert_true(s.ended && running == 0 && len > 0 && len < 5000);
		assert_true(wanted < 0 || len == wanted);
		wanted = len;
	}
}

static void
the_result_is_the_same_whatever_the_rooms_are(void **state)
{
	for_each_coding(check_rooms);
}

/* A processor that one response keeps busy is one that others wait for. */
static void
check_turns(enum http_coding coding)
{
	struct source s = source(10 * COMPRESS_TURN, 4096);
	unsigned running = 0, turns = 0, calls = 0;
	struct body *b = compress(&s, coding, NULL, &running);
	char octets[32768];
	size_t left = s.left;
	ssize_t n;

	while ((n = body_produce(b, octets, sizeof octets)) != 0) {
		assert_true(n > 0 || n == -LEAT_EAGAIN);
		assert_true(left - s.left <= COMPRESS_TURN + 16384);
		turns += n == -LEAT_EAGAIN;
		calls++;
		if (n == -LEAT_EAGAIN)
			left = s.left;
	}
	assert_true(turns >= 10 && calls > turns);
	body_end(b);
}

static void
a_turn_compresses_a_bounded_number_of_octets(void **state)
{
	for_each_coding(check_turns);
}

static void
check_error(enum http_coding coding)
{
	struct source s = source(5000, 1000);
	unsigned running = 0;
	ssize_t len;

	s.error = -LEAT_EPROTO;
	free(body_all(compress(&s, coding, NULL, &running), 1000, &len));
	assert_int_equal(len, -LEAT_EPROTO);
	assert_true(s.ended && running == 0);
}

/* What looks whole must be whole: no end is written after an error. */
static void
an_error_of_the_content_breaks_it_off(void **state)
{
	for_each_coding(check_error);
}

struct kept {
	size_t len;
	unsigned times;
};

static void
on_kept(void *arg, const char *at, size_t len)
{
	struct kept *k = arg;

	k->len = len;
	k->times++;
}

static void
check_keeping(enum http_coding coding)
{
	struct kept kept = {0};
	struct compress_keep keep = {on_kept, &kept, 1000};
	struct source s = source(5000, 1000);
	unsigned running = 0;
	ssize_t len;

	free(body_all(compress(&s, coding, &keep, &running), 100, &len));
	assert_true(kept.times == 1 && (ssize_t)kept.len == len);
	s = source(5000, 1000);
	keep.most = (size_t)len - 1;
	free(body_all(compress(&s, coding, &keep, &running), 100, &len));
	assert_int_equal(kept.times, 1);
	s = source(5000, 1000);
	keep.most = 1000;
	body_end(compress(&s, coding, &keep, &running));
	assert_int_equal(kept.times, 1);
}

static void
only_a_whole_result_within_the_bound_is_kept(void **state)
{
	for_each_coding(check_keeping);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_result_is_the_same_whatever_the_rooms_are),
	    cmocka_unit_test(a_turn_compresses_a_bounded_number_of_octets),
	    cmocka_unit_test(an_error_of_the_content_breaks_it_off),
	    cmocka_unit_test(only_a_whole_result_within_the_bound_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
