/*
 * cli/common/options.h - a command's options as a table, from which parsing, suggestions for
 * mistyped names, and the help text are made.
 */
#ifndef CLI_COMMON_OPTIONS_H
#define CLI_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct option {
	const char *
	    name; /* without dashes; a name of one letter is written "-p VALUE" or "-pVALUE", and "-ab" is "-a -b" */
	/*
	 * What the help calls the value, such as "TIME". Shells complete "FILE", "DIR" and choices
	 * such as "first|all". NULL: the option takes no value, and set() gets NULL.
	 */
	const char *arg;
	const char *help; /* NULL: a variant of another row, not listed by itself */
	/*
	 * Stores the value. Returns NULL, or what is wrong with the value, as words that follow it
	 * in the message: "is not a number".
	 */
	const char *(*set)(void *config, const struct option *option, const char *value);
	int tag;        /* for set() */
	bool line_only; /* a file of options cannot have it */
	bool repeats;   /* a file of options may give it a list of values */
};

/* Results of options_parse() if the command is not to run. */
enum { OPTIONS_WRONG = -1, OPTIONS_HELP = -2 };

/*
 * Parses @argv[1] onwards as options of @command, up to "--" or to the first word that is not an
 * option. Returns the index of the first word after them, @argc if there is none; OPTIONS_HELP at
 * --help or -h, which need no row; or OPTIONS_WRONG after one line on standard error that says what
 * is wrong and suggests what was meant. @options ends with a row without a name.
 *
 * If a word that begins with "--" follows an option with a value, the value is missing. Such a
 * value is written as "--name=--value".
 */
int options_parse(
    const char *command, const struct option *options, void *config, int argc, char *const *argv);

/* Prints the options with their help, --help included, in two columns. */
void options_help(const struct option *options, FILE *to);

/* Returns the row with the name of @len octets, or NULL. */
const struct option *options_find(const struct option *options, const char *name, size_t len);

/* Returns the name of an option, or "help", that @name probably stands for, or NULL. */
const char *options_meant(const struct option *options, const char *name);

/* Returns the word of @words that @word probably stands for, or NULL. @words ends with NULL. */
const char *options_nearest(const char *word, const char *const *words);

#endif
