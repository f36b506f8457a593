/*
 * cli/cmd_run.c - `leat run`: runs a program on a network of its own. run_options.c has the
 * options, and run/ does the work.
 */
#include "cli/commands.h"
#include "cli/run_options.h"
#include "cli/watch.h"

static int
run_command(void *config, int argc, char **argv)
{
	static struct watch watch;
	struct run_options *o = config;
	int rc;

	if (run_options_check(o, argv) || run_options_settle(o))
		return EXIT_LEAT;
	rc = run_check(&o->config);
	if (rc)
		return rc;
	if (watch_init(&watch, o))
		return EXIT_LEAT;
	o->config.hooks = watch_hooks(&watch);
	if (!o->quiet)
		run_options_print(o, stderr);
	/* The ladder cannot be written, and neither can a message. */
	if (o->trace && ferror(stderr))
		return EXIT_LEAT;
	return run_main(&o->config);
}

const struct command cmd_run = {
    .name = "run",
    .summary = "run a program on a network of its own: leat run [options] -- PROGRAM ARGS…",
    .usage = "[options] -- PROGRAM ARGS…",
    .about =
	"Runs PROGRAM, unmodified and without root, on a network stack of its own, over a link as bad as you "
	"ask for.",
    .options = run_option_rows,
    .word = "PROGRAM",
    .words_min = 1,
    .words_max = COMMAND_ANY,
    .config_size = sizeof(struct run_options),
    .defaults = run_options_default,
    .main = run_command,
};
