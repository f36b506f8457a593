/*
 * cli/common/options.h - a command's options as a table: parsing, hints for what was mistyped, and
 * the help text come from the same rows.
 */
#ifndef CLI_COMMON_OPTIONS_H
#define CLI_COMMON_OPTIONS_H

#include <stdio.h>

struct option {
	const char *name; /* without dashes; of one letter, it is "-p VALUE" or "-pVALUE" */
	const char *arg;  /* what the help calls the value; NULL: takes none, and set() gets NULL */
	const char *help; /* NULL: not listed by itself (a variant of another row) */
	/*
	 * Takes the value in. NULL, or what is wrong with it, in words that go behind it: "what?
	 * us, ms or s".
	 */
	const char *(*set)(void *config, const struct option *option, const char *value);
	int tag; /* set()'s own */
};

/*
 * Read @argv[1] onwards as options of @command, up to "--" or the first word that is none. Returns
 * the index of the first word behind them (@argc when there is none), or -1 after one line on
 * stderr that says what is wrong and what was meant. @options ends with a row without a name. A
 * value that begins with "--" is taken for a forgotten one, unless it is written as
 * "--name=--value".
 */
int options_parse(
    const char *command, const struct option *options, void *config, int argc, char *const *argv);

/* The rows with their help, aligned. */
void options_help(const struct option *options, FILE *to);

/* The one of @words (NULL-terminated) that was probably meant by @word, or NULL. */
const char *options_nearest(const char *word, const char *const *words);

#endif
