/*
 * Forms with files (RFC 7578; RFC 2046, 5.1.1). Whatever the pieces in which a form comes, the
 * events are the same.
 */
#include "http/form/multipart.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define TYPE "multipart/form-data; boundary=AaB03x"
#define PART "Content-Disposition: form-data; name=\"a\"\r\n\r\n"

struct row {
	const char *rule, *type, *in;
	const char *events; /* "part NAME|FILE|TYPE:DATA" for each, "end" or "bad REASON" */
};

enum { HEAD_MOST = 200, PARTS_MOST = 3, TEXT = 1000 };

/* clang-format off */
static const struct row rows[] = {
	{"RFC 7578, 4: fields and a file", "multipart/form-data; boundary=\"AaB03x\"",
		"--AaB03x\r\ncontent-disposition: form-data; name=\"field1\"\r\n\r\nJoe owes =E2=82=AC100.\r\n"
		"--AaB03x\r\nContent-Disposition: form-data; name=\"pics\"; filename=\"file1.txt\"\r\n"
		"Content-Type: text/plain\r\n\r\n\r\nfirst\r\n--\r\n--AaB03\r\n--AaB03x--\r\n",
		"part field1|-|:Joe owes =E2=82=AC100.\npart pics|file1.txt|text/plain:\r\nfirst\r\n--\r\n--AaB03\nend"},
	{"RFC 2046, 5.1.1: preamble and epilogue", TYPE, "This is a form.\r\n--AaB03x\r\n" PART "1\r\n--AaB03x--\r\nmore\r\n--AaB03x\r\n",
		"part a|-|:1\nend"},
	{"RFC 2046, 5.1.1: a line that only contains the boundary", TYPE, "x--AaB03x\r\n--AaB03x\r\n" PART "x--AaB03x\r\r\n-\r\n--AaB03x--",
		"part a|-|:x--AaB03x\r\r\n-\nend"},
	{"RFC 2046, 5.1.1: blanks after a boundary", TYPE, "--AaB03x \t\r\n" PART "1\r\n--AaB03x--", "part a|-|:1\nend"},
	{"a part without data", TYPE, "--AaB03x\r\n" PART "\r\n--AaB03x--\r\n", "part a|-|:\nend"},
	{"a part without data or a CR LF of its own", TYPE, "--AaB03x\r\n" PART "--AaB03x--\r\n", "part a|-|:\nend"},
	{"data that begins with CR LF and dashes", TYPE, "--AaB03x\r\n" PART "--AaB03\r\n\r\n--AaB03x--", "part a|-|:--AaB03\r\n\nend"},
	{"no part at all", TYPE, "--AaB03x--\r\n", "end"},
	{"quotes as browsers write them", TYPE, "--AaB03x\r\nContent-Disposition: form-data; name=\"a%22b%41\"; filename=\"%22\xe4\xb8\xad; x.txt\"\r\n\r\n1\r\n--AaB03x--",
		"part a\"b%41|\"\xe4\xb8\xad; x.txt|:1\nend"},
	{"quotes as curl writes them", TYPE, "--AaB03x\r\nContent-Disposition: form-data; name=\"a\\\"b\\\\\"; filename=\"c:\\dir\\x.txt\"\r\n\r\n1\r\n--AaB03x--",
		"part a\"b\\|c:\\dir\\x.txt|:1\nend"},
	{"an empty name of a file, as of a field of a form that was left empty", TYPE,
		"--AaB03x\r\nContent-Disposition: form-data; name=f; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--AaB03x--",
		"part f||application/octet-stream:\nend"},
	{"boundaries with all that may stand in one", "Multipart/Form-Data; charset=x; Boundary=\"'()+_,-./:=? z\"", "--'()+_,-./:=? z\r\n" PART "1\r\n--'()+_,-./:=? z--",
		"part a|-|:1\nend"},
	{"RFC 7578, 4.1: another type", "multipart/mixed; boundary=AaB03x", "", "bad TYPE"},
	{"RFC 7578, 4.1: no boundary", "multipart/form-data", "", "bad TYPE"},
	{"RFC 2046, 5.1.1: an empty boundary", "multipart/form-data; boundary=", "", "bad TYPE"},
	{"RFC 2046, 5.1.1: a boundary of 71 octets",
		"multipart/form-data; boundary=12345678901234567890123456789012345678901234567890123456789012345678901", "", "bad TYPE"},
	{"RFC 2046, 5.1.1: a longer boundary", TYPE, "--AaB03x\r\n" PART "1\r\n--AaB03xy\r\n", "part a|-|:1\nbad DELIMITER"},
	{"RFC 2046, 5.1.1: blanks before the dashes", TYPE, "--AaB03x --", "bad DELIMITER"},
	{"RFC 2046, 5.1.1: one dash", TYPE, "--AaB03x-\r\n", "bad DELIMITER"},
	{"RFC 2046, 5.1.1: CR without LF after a boundary", TYPE, "--AaB03x\rx", "bad DELIMITER"},
	{"RFC 7578, 4.2: no Content-Disposition", TYPE, "--AaB03x\r\nContent-Type: text/plain\r\n\r\n1", "bad DISPOSITION"},
	{"RFC 7578, 4.2: no head", TYPE, "--AaB03x\r\n\r\n1", "bad DISPOSITION"},
	{"RFC 7578, 4.2: no name", TYPE, "--AaB03x\r\nContent-Disposition: form-data; filename=x\r\n\r\n", "bad DISPOSITION"},
	{"RFC 7578, 4.2: another disposition", TYPE, "--AaB03x\r\nContent-Disposition: attachment; name=x\r\n\r\n", "bad DISPOSITION"},
	{"a malformed field", TYPE, "--AaB03x\r\nContent-Disposition form-data; name=x\r\n\r\n", "bad HEAD"},
	{"a bare LF in a head", TYPE, "--AaB03x\r\nContent-Disposition: form-data; name=x\nX: y\r\n\r\n", "bad HEAD"},
	{"a control octet in a head", TYPE, "--AaB03x\r\nContent-Disposition: form-data; name=x\1y\r\n\r\n", "bad HEAD"},
	{"a large head", TYPE, "--AaB03x\r\nx: 3456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
		"12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123", "bad HEAD_LARGE"},
	{"too many parts", TYPE, "--AaB03x\r\n" PART "1\r\n--AaB03x\r\n" PART "2\r\n--AaB03x\r\n" PART "3\r\n--AaB03x\r\n" PART,
		"part a|-|:1\npart a|-|:2\npart a|-|:3\nbad PARTS_MANY"},
	{"cut off in the data", TYPE, "--AaB03x\r\n" PART "1\r\n--AaB0", "part a|-|:1\nbad CUT"},
	{"cut off before the last dash", TYPE, "--AaB03x\r\n" PART "1\r\n--AaB03x-", "part a|-|:1\nbad CUT"},
	{"no boundary ever", TYPE, "AaB03x", "bad CUT"},
	{"nothing", TYPE, "", "bad CUT"},
};
/* clang-format on */

static const char *const names[] = {
    "FINE",
#define X(name, words, source) #name,
#include "http/form/multipart_reasons.h"
#undef X
};

/* The events so far. @open is true within a part. */
struct record {
	char text[TEXT];
	size_t n;
	bool open;
};

static void
say(struct record *r, const char *text, size_t n)
{
	assert_true(r->n + n < sizeof r->text);
	memcpy(r->text + r->n, text, n);
	r->n += n;
	r->text[r->n] = 0;
}

static void
say_part(struct record *r, const struct http_part *p)
{
	char line[300];
	int n = snprintf(line, sizeof line, "part %.*s|%.*s|%.*s:", (int)p->name.len, p->name.at,
	    p->has_file_name ? (int)p->file_name.len : 1, p->has_file_name ? p->file_name.at : "-",
	    (int)p->type.len, p->type.at ? p->type.at : "");

	r->open = true;
	say(r, line, (size_t)n);
}

/* Records an event; false if it was the last one. */
static bool
record(struct record *r, struct http_multipart *m, enum http_multipart_event e)
{
	switch (e) {
	case HTTP_MULTIPART_PART:
		say_part(r, &m->part);
		break;
	case HTTP_MULTIPART_DATA:
		assert_true(r->open && m->data.len > 0);
		say(r, m->data.at, m->data.len);
		break;
	case HTTP_MULTIPART_DONE:
		r->open = false;
		say(r, "\n", 1);
		break;
	case HTTP_MULTIPART_END:
		say(r, "end", 3);
		return false;
	case HTTP_MULTIPART_BAD:
		say(r, r->open ? "\nbad " : "bad ", r->open ? 5 : 4);
		say(r, names[m->reason], strlen(names[m->reason]));
		return false;
	case HTTP_MULTIPART_MORE:
		break;
	}
	return true;
}

/* Feeds the form in pieces that end at each of the @cut, in memory of their own. */
static void
events_of(const struct row *row, const size_t *cut, size_t cuts, struct record *r)
{
	size_t len = strlen(row->in), from = 0;
	char *head = malloc(HEAD_MOST); /* of this size, so that a sanitizer sees a step beyond */
	enum http_multipart_event e;
	struct http_multipart m;
	bool more = true;

	*r = (struct record){0};
	if (!http_multipart_begin(&m, http_span_of(row->type), head, HEAD_MOST, PARTS_MOST))
		more = record(r, &m, HTTP_MULTIPART_BAD);
	for (size_t i = 0; i <= cuts && more; i++) {
		size_t to = i < cuts ? cut[i] : len, used;
		char *piece = malloc(to - from + 1), *at = piece;

		memcpy(piece, row->in + from, to - from);
		do {
			e = http_multipart_next(&m, at, to - from, &used);
			more = record(r, &m, e);
			at += used;
			from += used;
		} while (more && e != HTTP_MULTIPART_MORE);
		assert_true(!more || from == to);
		free(piece);
	}
	if (more)
		record(r, &m, http_multipart_eof(&m));
	free(head);
}

static void
expect(const struct row *row, const size_t *cut, size_t cuts)
{
	struct record r;

	events_of(row, cut, cuts, &r);
	if (strcmp(r.text, row->events) != 0)
		print_message("%zu cuts, the first at %zu\n", cuts, cuts ? cut[0] : 0);
	assert_string_equal(r.text, row->events);
}

enum { RANDOM_SPLITS = 300, CUTS = 16 };

static void
expect_random_splits(const struct row *row)
{
	size_t cut[CUTS], len = strlen(row->in);
	struct rng rng;

	rng_seed(&rng, 7578);
	for (unsigned i = 0; i < RANDOM_SPLITS; i++) {
		size_t n = 0;

		for (size_t at = rng_below(&rng, 20); at < len && n < CUTS;
		     at += rng_below(&rng, 2 * len / CUTS + 2))
			cut[n++] = at;
		expect(row, cut, n);
	}
}

static void
any_pieces_give_the_same_events(void **state)
{
	const struct row *row = *state;
	size_t len = strlen(row->in);
	size_t *cut = calloc(len + 1, sizeof *cut);

	expect(row, NULL, 0);
	for (size_t i = 0; i <= len; i++)
		expect(row, &i, 1);
	for (size_t i = 0; i < len; i++)
		cut[i] = i;
	expect(row, cut, len);
	free(cut);
	expect_random_splits(row);
}

static void
each_reason_is_produced_and_has_words_and_a_source(void **state)
{
	for (enum http_multipart_reason r = HTTP_MULTIPART_FINE + 1; r < HTTP_MULTIPART_REASONS; r++) {
		bool found = false;
		char end[40];

		snprintf(end, sizeof end, "bad %s", names[r]);
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
			found = found || strstr(rows[i].events, end);
		assert_true(found);
		assert_true(strlen(http_multipart_words(r)) > 5);
		assert_memory_equal(http_multipart_source(r), "RFC ", 4);
	}
}

int
main(void)
{
	enum { ROWS = sizeof rows / sizeof rows[0] };
	struct CMUnitTest tests[ROWS];
	const struct CMUnitTest tables[] = {
	    cmocka_unit_test(each_reason_is_produced_and_has_words_and_a_source)};

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){
		    rows[i].rule, any_pieces_give_the_same_events, NULL, NULL, (void *)&rows[i]};
	return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(tables, NULL, NULL) > 0;
}
