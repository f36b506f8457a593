/*
 * Accept-Encoding (RFC 9110, 12.5.3). The server of all rows prefers br, then zstd, then gzip.
 */
#include "http/semantics/coding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const enum http_coding offer[] = {HTTP_BROTLI, HTTP_ZSTD, HTTP_GZIP, HTTP_IDENTITY};
enum { OFFERS = 4 };

static const struct {
	const char *line[2];
	const char *chosen; /* NULL: none */
} rows[] = {
    {{NULL}, "identity"},
    {{""}, "identity"},
    {{"gzip"}, "gzip"},
    {{"x-gzip"}, "gzip"},
    {{"GZIP, Br"}, "br"},
    {{"gzip, deflate, br, zstd"}, "br"},
    {{"gzip;q=1.0, br;q=0.9"}, "gzip"},
    {{"gzip, br;q=0"}, "gzip"},
    {{"gzip", "zstd"}, "zstd"},
    {{"*"}, "br"},
    {{"*;q=0.5, gzip"}, "gzip"},
    {{"br;q=0, *"}, "zstd"},
    {{"compress"}, "identity"},
    {{"compress;q=0.5, gzip;q=1.0"}, "gzip"},
    {{"identity"}, "identity"},
    {{"identity, gzip;q=0.5"}, "identity"},
    {{"gzip;q=0"}, "identity"},
    {{"identity;q=0"}, NULL},
    {{"*;q=0"}, NULL},
    {{"*;q=0, identity"}, "identity"},
    {{"gzip;q=0.001, identity;q=0"}, "gzip"},
    {{"gzip;q=0.001"}, "gzip"},
    {{"gzip;q=x"}, "identity"},
    {{"gzip, identity; q=0"}, "gzip"},
};

static void
rfc_9110_12_5_3_the_coding_with_the_highest_weight_is_chosen(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_field f[3] = {{http_span_of("Accept"), http_span_of("br")}};
		struct http_coding_weights w;
		size_t n = 1;
		int chosen;

		for (size_t l = 0; l < 2 && rows[i].line[l]; l++)
			f[n++] = (struct http_field){
			    http_span_of("Accept-Encoding"), http_span_of(rows[i].line[l])};
		print_message("row %zu\n", i);
		http_coding_weights(f, n, &w);
		chosen = http_coding_choose(&w, offer, OFFERS);
		if (rows[i].chosen)
			assert_string_equal(http_coding_name(offer[chosen]), rows[i].chosen);
		else
			assert_int_equal(chosen, -1);
	}
}

static void
rfc_9110_8_4_1_codings_have_names(void **state)
{
	for (enum http_coding c = 0; c < HTTP_CODINGS; c++)
		assert_int_equal(http_coding_of(http_span_of(http_coding_name(c))), c);
	assert_int_equal(http_coding_of(http_span_of("compress")), HTTP_CODINGS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_9110_12_5_3_the_coding_with_the_highest_weight_is_chosen),
	    cmocka_unit_test(rfc_9110_8_4_1_codings_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
