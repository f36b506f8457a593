/*
 * cli/common/command.h - a command of `leat` as a value: its name, help, options, and the function
 * that runs it.
 *
 * Parsing, help, usage errors and shell completions are made from this value. Commands do not know
 * each other.
 */
#ifndef CLI_COMMON_COMMAND_H
#define CLI_COMMON_COMMAND_H

#include "cli/common/error.h"
#include "cli/common/options.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* As words_max: there is no limit. */
enum { COMMAND_ANY = UINT8_MAX };

struct command {
	const char *name;    /* "run" */
	const char *summary; /* one line, for the list of commands */
	const char *usage;   /* what follows the name: "[options] -- PROGRAM ARGS…" */
	const char *about;   /* one or more lines, for the command's own help */

	/* Ends with a row without a name. --help and -h are added to every command. */
	const struct option *options;

	/*
	 * What the first word after the options is: "PROGRAM", "FILE", "DIR", or a choice such as
	 * "bash|zsh". Used by completions and error messages. NULL: the command takes no words.
	 */
	const char *word;
	uint8_t words_min, words_max;
	bool mixed;       /* options may follow words; else the first word ends them */
	int wrong_status; /* the exit status if it is called wrongly; 0: EXIT_LEAT */

	/*
	 * Size in octets of the configuration that the options' set() fill in. It begins as zeros.
	 */
	size_t config_size;
	void (*defaults)(void *config); /* NULL: zeros are the defaults */

	/*
	 * Gets the whole line that was parsed, for a command that parses it again. NULL: this one
	 * does not.
	 */
	void (*line)(void *config, int argc, char **argv);

	/*
	 * Runs the command with the words after the options, @argv[0] to @argv[argc - 1], and a
	 * NULL after them. Returns the exit status. @config is freed afterwards.
	 */
	int (*main)(void *config, int argc, char **argv);

	/*
	 * Frees what defaults(), the options' set() and main() have allocated for @config. It is
	 * called even if the line is wrong. NULL: they allocate nothing.
	 */
	void (*release)(void *config);
};

/* Results of command_parse() if there is nothing to run. */
enum { COMMAND_WRONG = -1, COMMAND_HELP = -2 };

/*
 * Sets the defaults of @config and parses @argv[1] onwards. Puts the options of a mixed command in
 * front of its words. Returns the index of the first word after the options, at most @argc;
 * COMMAND_HELP if help was asked for; or COMMAND_WRONG after one line on standard error.
 */
int command_parse(const struct command *c, void *config, int argc, char **argv);

/*
 * Parses a line that command_parse() has accepted once more, for a @config that has other values
 * already: those that the line does not name stay. Returns as command_parse().
 */
int command_parse_over(const struct command *c, void *config, int argc, char **argv);

/* Prints the command's own help. */
void command_help(const struct command *c, FILE *to);

/* Parses @argv and runs the command. @argv[0] is its name. Returns the exit status. */
int command_run(const struct command *c, int argc, char **argv);

#endif
