/*
 * cli/cmd_get.c - `leat get`: fetches URLs. get_options.c has the options, and get/ does the work.
 */
#include "cli/commands.h"
#include "cli/get_options.h"

static int
get_command(void *config, int argc, char **argv)
{
	struct get_options *o = config;
	int status = get_options_settle(o, argc, argv);

	return status == 0 ? get_run(&o->run) : status;
}

const struct command cmd_get = {
    .name = "get",
    .summary = "fetch URLs over HTTP: leat get [options] URL…",
    .usage = "[options] URL…",
    .about = "Fetches URLs, and writes their content to standard output or to files. Options and exit\n"
	     "statuses are those of curl.",
    .options = get_option_rows,
    .word = "URL",
    .words_min = 0,
    .words_max = COMMAND_ANY,
    .mixed = true,
    .wrong_status = GET_FAILED_INIT,
    .config_size = sizeof(struct get_options),
    .defaults = get_options_default,
    .main = get_command,
    .release = get_options_free,
};
