/*
 * bench/loss/options.c - one table of options from those of `leat run` and those of the load.
 */
#include "loss/options.h"

#include "cli/common/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 64, MOST = 1000000 };
enum word { WORD_FLOWS, WORD_LIMIT, WORD_TRANSFERS, WORD_OCTETS, WORD_CC, WORD_TAP, WORD_ADDRESS, WORD_RUNS };

static struct loss_options *
options_of(void *run_options)
{
	return container_of((struct run_options *)run_options, struct loss_options, run);
}

static const char *
set_text(void *config, const struct option *option, const char *value)
{
	struct loss_options *o = options_of(config);

	*(option->tag == WORD_TAP ? &o->tap : option->tag == WORD_ADDRESS ? &o->address : &o->cc) = value;
	return NULL;
}

static const char *
set_hold(void *config, const struct option *option, const char *value)
{
	options_of(config)->hold = true;
	return NULL;
}

static const char *
set_limit(void *config, const struct option *option, const char *value)
{
	return unit_duration(value, &options_of(config)->drain.limit);
}

static const char *
set_octets(void *config, const struct option *option, const char *value)
{
	return unit_octets(value, &options_of(config)->drain.octets);
}

static const char *
set_number(void *config, const struct option *option, const char *value)
{
	struct loss_options *o = options_of(config);
	uint64_t n;
	const char *wrong = unit_count(value, 1, option->tag == WORD_FLOWS ? LOAD_FLOWS : MOST, &n);

	if (!wrong)
		*(option->tag == WORD_FLOWS         ? &o->drain.flows
		    : option->tag == WORD_TRANSFERS ? &o->drain.transfers
						    : &o->runs) = (unsigned)n;
	return wrong;
}

static const struct option load_rows[] = {
    {"flows", "N", "connections at once (default 1)", set_number, WORD_FLOWS},
    {"limit", "TIME", "how long to measure (default 20s)", set_limit, WORD_LIMIT},
    {"transfers", "N", "draw so many pieces, each with a connection of its own", set_number, WORD_TRANSFERS},
    {"octets", "SIZE", "the size of such a piece: 500B, 100K", set_octets, WORD_OCTETS},
    {"cc", "NAME", "the congestion control of the sender", set_text, WORD_CC},
    {0},
};

static const struct option host_rows[] = {
    {"tap", "NAME", "use Leat's stack on this TAP; without it Linux's sockets", set_text, WORD_TAP},
    {"address", "ADDRESS", "the address of Leat's stack", set_text, WORD_ADDRESS},
    {"hold", NULL, "print \"ready\", and begin to draw at the end of standard input", set_hold, 0},
    {0},
};

static const struct option runs_rows[] = {
    {"runs", "N", "repeat with the seeds that follow (default 1)", set_number, WORD_RUNS},
    {0},
};

/* Returns true if a program with the options @which takes row @o of `leat run`. */
static bool
is_wanted(const struct option *o, unsigned which)
{
	if (o->set == run_option_rows[0].set || strcmp(o->name, "seed") == 0)
		return which & LOSS_LINK;
	return strcmp(o->name, "capture-both") == 0 && which & LOSS_CAPTURE;
}

static void
collect(struct option rows[ROWS], unsigned which)
{
	const struct option *more[] = {which & LOSS_LOAD ? load_rows : NULL,
	    which & LOSS_HOST ? host_rows : NULL, which & LOSS_RUNS ? runs_rows : NULL};
	unsigned n = 0;

	for (const struct option *o = run_option_rows; o->name && n + 1 < ROWS; o++)
		if (is_wanted(o, which))
			rows[n++] = *o;
	for (unsigned i = 0; i < sizeof more / sizeof *more; i++)
		for (const struct option *o = more[i]; o && o->name && n + 1 < ROWS; o++)
			rows[n++] = *o;
}

int
loss_options_parse(const char *usage, unsigned which, struct loss_options *o, int argc, char *const *argv)
{
	struct option rows[ROWS] = {0};
	int first;

	*o = (struct loss_options){.drain = {.flows = 1, .limit = 20 * SEC}, .runs = 1};
	run_options_default(&o->run);
	collect(rows, which);
	first = options_parse("bench", rows, &o->run, argc, argv);
	if (first == OPTIONS_HELP) {
		printf("usage: %s\n\n", usage);
		options_help(rows, stdout);
		exit(0);
	}
	if (first < 0 || run_options_check(&o->run, (char **)argv + first))
		exit(2);
	if (!o->drain.transfers != !o->drain.octets)
		loss_options_refuse("--transfers and --octets belong together");
	return first;
}

void
loss_options_refuse(const char *why)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, why);
	exit(2);
}
