/*
 * fuzz/cli_options.c - a command line of `leat run`: words that each end with a zero octet. The
 * result must be options within their limits, or -1. Every accepted time, share and rate can be
 * written as text again.
 */
#include "cli/commands.h"
#include "cli/common/units.h"
#include "cli/run_options.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 40, PPB = 1000000000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_direction(const struct emu_impair *i)
{
	assert(i->delay >= 0 && i->delay <= 3600 * SEC && i->jitter >= 0 && i->jitter <= 3600 * SEC);
	assert(i->loss <= PPB && i->dup <= PPB && i->reorder <= PPB && i->corrupt <= PPB);
	assert(i->rate == 0 || i->rate >= 1000);
}

static void
check_units(const char *word)
{
	char text[UNIT_TEXT];
	nsec_t t, t2;
	uint32_t share, share2;
	uint64_t n;

	if (!unit_duration(word, &t)) {
		assert(t >= 0 && t <= 3600 * SEC);
		assert(!unit_duration(unit_duration_text(t, text), &t2) && llabs(t - t2) <= t / 100 + USEC);
	}
	if (!unit_share(word, &share)) {
		assert(share <= PPB);
		assert(!unit_share(unit_share_text(share, text), &share2));
	}
	if (!unit_rate(word, &n))
		assert(n >= 1000 && !unit_rate(unit_rate_text(n, text), &n));
	if (!unit_count(word, 3, 1000, &n))
		assert(n >= 3 && n <= 1000);
	unit_octets_text(strlen(word) * 123456789u, text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	char *copy = malloc(size + 1), *argv[WORDS_MAX + 2] = {"run"};
	struct run_options o;
	int argc = 1, word;

	if (!copy || (!nowhere && !(nowhere = fopen("/dev/null", "w"))))
		abort();
	stderr = nowhere; /* the messages to the user are not checked here */
	if (size)
		memcpy(copy, data, size);
	copy[size] = '\0';
	for (size_t at = 0; at < size && argc <= WORDS_MAX; at += strlen(copy + at) + 1) {
		argv[argc++] = copy + at;
		check_units(copy + at);
	}
	word = command_parse(&cmd_run, &o, argc, argv);
	if (word >= 0 && run_options_check(&o, argv + word) == 0) {
		check_direction(&o.config.impair[EMU_UP]);
		check_direction(&o.config.impair[EMU_DOWN]);
		assert(o.config.npublish <= RUN_PUBLISH_MAX);
		run_options_print(&o, nowhere);
	}
	free(copy);
	return 0;
}
