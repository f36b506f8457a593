/*
 * cli/common/options.h - a command's options as a table: parsing, hints for what was mistyped, and
 * the help text come from the same rows.
 */
#ifndef CLI_COMMON_OPTIONS_H
#define CLI_COMMON_OPTIONS_H

#include <stdio.h>

struct option {
	const char *name; /* without dashes; a name of one letter is written "-p VALUE" or "-pVALUE" */
	/*
	 * What the help calls the value: "TIME". Shells complete "FILE", "DIR" and choices such as
	 * "first|all". NULL: the option takes no value, and set() gets NULL.
	 */
	const char *arg;
	const char *help; /* NULL: not listed by itself, as a variant of another row */
	/*
	 * Stores the value. Returns NULL, or what is wrong with the value, as words that follow it
	 * in the message: "is not a number".
	 */
	const char *(*set)(void *config, const struct option *option, const char *value);
	int tag; /* for set() */
};

/* What options_parse() returns if there is nothing to go on with. */
enum { OPTIONS_WRONG = -1, OPTIONS_HELP = -2 };

/*
 * Parses @argv[1] onwards as options of @command, up to "--" or to the first word that is not an
 * option. Returns the index of the first word after them, @argc if there is none; OPTIONS_HELP at
 * --help or -h, which need no row; or OPTIONS_WRONG after one line on standard error that says what
 * is wrong and suggests what was meant. @options ends with a row without a name.
 *
 * A value that begins with "--" is taken for the next option, and the value for missing, unless it
 * is written as "--name=--value".
 */
int options_parse(
    const char *command, const struct option *options, void *config, int argc, char *const *argv);

/* Prints the options with their help, --help included, in two columns. */
void options_help(const struct option *options, FILE *to);

/* Returns the one of @words (ends with NULL) that @word probably stands for, or NULL. */
const char *options_nearest(const char *word, const char *const *words);

#endif
