/*
 * Percent-encoding (RFC 3986, 2) and the encoding of forms.
 */
#include "http/uri/percent.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ROOM = 1024 };

static const struct {
	enum http_plain plain;
	const char *as_it_is; /* of the octets that are no letters and no digits */
} sets[] = {{HTTP_PLAIN_UNRESERVED, "-._~"}, {HTTP_PLAIN_SEGMENT, "-._~!$&'()*+,;=:@"},
    {HTTP_PLAIN_PATH, "-._~!$&'()*+,;=:@/"}, {HTTP_PLAIN_URI, "-._~!$&'()*+,;=:@/?#[]%"},
    {HTTP_PLAIN_EXT_VALUE, "!#$&+-.^_`|~"}, {HTTP_PLAIN_FORM, "*-._"}};

static bool
is_alphanumeric(unsigned c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void
rfc_3986_2_each_part_has_its_octets_that_stand_as_they_are(void **state)
{
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
		for (unsigned c = 0; c < 256; c++) {
			char octet = (char)c, buf[4];
			struct http_writer w = http_writer(buf, sizeof buf);
			bool plain = is_alphanumeric(c) || (c && strchr(sets[i].as_it_is, (int)c));

			http_percent_encode(&w, (struct http_span){&octet, 1}, sets[i].plain);
			assert_int_equal(w.err, 0);
			assert_int_equal(w.len, plain ? 1 : 3);
		}
}

static struct http_span
all_octets(char all[256])
{
	for (unsigned c = 0; c < 256; c++)
		all[c] = (char)c;
	return (struct http_span){all, 256};
}

static void
rfc_3986_2_1_what_is_encoded_is_decoded_again(void **state)
{
	char all[256], to[ROOM], back[256];
	struct http_writer e = http_writer(to, sizeof to), d = http_writer(back, sizeof back);

	http_percent_encode(&e, all_octets(all), HTTP_PLAIN_SEGMENT);
	http_percent_decode(&d, (struct http_span){to, e.len});
	assert_int_equal(e.err | d.err, 0);
	assert_int_equal(d.len, 256);
	assert_memory_equal(back, all, 256);
}

static void
forms_are_encoded_with_plus_and_decoded_again(void **state)
{
	char all[256], to[ROOM], back[256];
	struct http_writer e = http_writer(to, sizeof to), d = http_writer(back, sizeof back);

	http_form_encode(&e, all_octets(all));
	assert_non_null(memchr(to, '+', e.len));
	http_form_decode(&d, (struct http_span){to, e.len});
	assert_int_equal(e.err | d.err, 0);
	assert_int_equal(d.len, 256);
	assert_memory_equal(back, all, 256);
}

static void
the_result_may_stand_in_place(void **state)
{
	char text[] = "%41b%2f%c3%A9";
	struct http_writer w = http_writer(text, sizeof text);

	http_percent_decode(&w, http_span_of(text));
	assert_int_equal(w.len, 5);
	assert_memory_equal(text, "Ab/\xc3\xa9", 5);
}

static void
a_broken_triplet_is_an_error_but_not_in_forms(void **state)
{
	static const char *const broken[] = {"%", "%1", "%g1", "%1g", "a%%41"};

	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		char buf[16];
		struct http_writer w = http_writer(buf, sizeof buf), form = http_writer(buf, sizeof buf);

		http_percent_decode(&w, http_span_of(broken[i]));
		assert_int_equal(w.err, -LEAT_EINVAL);
		assert_false(http_percent_valid(http_span_of(broken[i])));
		http_form_decode(&form, http_span_of(broken[i]));
		assert_int_equal(form.err, 0);
		assert_int_equal(form.at[form.len - 1], i == 4 ? 'A' : broken[i][strlen(broken[i]) - 1]);
	}
}

static void
no_room_is_an_error(void **state)
{
	char buf[4];
	struct http_writer w = http_writer(buf, 2), d = http_writer(buf, 1);

	http_percent_encode(&w, http_span_of("\xff"), HTTP_PLAIN_PATH);
	http_percent_decode(&d, http_span_of("%41%42"));
	assert_int_equal(w.err, -LEAT_ENOBUFS);
	assert_int_equal(d.err, -LEAT_ENOBUFS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_3986_2_each_part_has_its_octets_that_stand_as_they_are),
	    cmocka_unit_test(rfc_3986_2_1_what_is_encoded_is_decoded_again),
	    cmocka_unit_test(forms_are_encoded_with_plus_and_decoded_again),
	    cmocka_unit_test(the_result_may_stand_in_place),
	    cmocka_unit_test(a_broken_triplet_is_an_error_but_not_in_forms),
	    cmocka_unit_test(no_room_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
