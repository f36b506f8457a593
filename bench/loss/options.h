/*
 * bench/loss/options.h - the options of the programs that measure bad links. The words of the link
 * are those of `leat run`.
 */
#ifndef BENCH_LOSS_OPTIONS_H
#define BENCH_LOSS_OPTIONS_H

#include "cli/run_options.h"
#include "loss/load.h"

/* Which options a program takes. */
enum { LOSS_LINK = 1, LOSS_CAPTURE = 2, LOSS_LOAD = 4, LOSS_HOST = 8, LOSS_RUNS = 16 };

struct loss_options {
	struct run_options run; /* LOSS_LINK, LOSS_CAPTURE: the link and the seed */
	/* LOSS_LOAD: flows, limit, transfers, octets, and the sender's congestion control or NULL */
	struct load_drain_config drain;
	const char *cc;
	const char *tap, *address; /* LOSS_HOST: Leat's stack, or NULL */
	bool hold;                 /* LOSS_HOST: wait for the end of standard input */
	unsigned runs;             /* LOSS_RUNS */
};

/*
 * Sets the defaults, and parses the options of the kinds in @which. Returns the index of the first
 * word after them. Ends the program at --help, which prints @usage, and after an error.
 */
int loss_options_parse(
    const char *usage, unsigned which, struct loss_options *o, int argc, char *const *argv);

/* Ends the program with @why and status 2. */
_Noreturn void loss_options_refuse(const char *why);

#endif
