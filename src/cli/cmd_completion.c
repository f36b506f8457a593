/*
 * cli/cmd_completion.c - `leat completion`: prints the completion script of a shell.
 */
#include "cli/commands.h"
#include "cli/common/complete.h"

static int
completion_main(void *config, int argc, char **argv)
{
	if (complete_write(argv[0], commands, stdout))
		return error_line(
		    "completion", "%s: no completions for this shell: bash, zsh or fish", argv[0]);
	return 0;
}

static const struct option rows[] = {{0}};

const struct command cmd_completion = {
    .name = "completion",
    .summary = "print the completion script of a shell: bash, zsh or fish",
    .usage = "bash|zsh|fish",
    .about = "Prints a script that completes commands, options and file names of leat.\n"
	     "In bash: source <(leat completion bash). In fish: leat completion fish | source.\n"
	     "In zsh: leat completion zsh > FOLDER/_leat, with FOLDER in fpath.",
    .options = rows,
    .word = "bash|zsh|fish",
    .words_min = 1,
    .words_max = 1,
    .main = completion_main,
};
