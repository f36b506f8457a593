/*
 * cli/cmd_run.c - `leat run`.
 */
#include "cli/commands.h"
#include "cli/run_options.h"
#include "cli/watch.h"
#include "host/random.h"

int
cmd_run(int argc, char **argv)
{
	static struct run_options options; /* large, and borrowed to the end */
	static struct watch watch;
	int rc;

	if (run_options_parse(&options, argc, argv) || (!options.help && run_options_settle(&options)))
		return EXIT_LEAT;
	if (options.help) {
		run_options_help(stdout);
		return 0;
	}
	rc = run_check(&options.config);
	if (rc)
		return rc;
	if (watch_init(&watch, &options))
		return EXIT_LEAT;
	options.config.hooks = watch_hooks(&watch);
	if (!options.quiet)
		run_options_print(&options, stderr);
	if (options.trace && ferror(stderr))
		return EXIT_LEAT; /* the ladder has no place to go, and neither has an error message */
	return run_main(&options.config);
}
