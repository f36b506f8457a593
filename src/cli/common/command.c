/*
 * cli/common/command.c - parses and runs one command, or prints its help. It does not know which
 * commands there are.
 */
#include "cli/common/command.h"

#include <stdlib.h>
#include <string.h>

void
command_help(const struct command *c, FILE *to)
{
	fprintf(to, "usage: leat %s %s\n%s\n", c->name, c->usage, c->about);
	options_help(c->options, to);
}

static int
check_words(const struct command *c, int argc, char *const *argv)
{
	if (argc < c->words_min)
		error_line(c->name, "%s is missing; usage: leat %s %s", c->word, c->name, c->usage);
	else if (argc > c->words_max && c->words_max != COMMAND_ANY)
		error_line(c->name, "unexpected argument '%s'; usage: leat %s %s", argv[c->words_max],
		    c->name, c->usage);
	else
		return 0;
	return -1;
}

/* Moves the @words words before @argv[from] to the place before @argv[to]. */
static void
move_words(char **argv, int words, int from, int to)
{
	for (int i = from; i < to; i++) {
		char *option = argv[i];

		memmove(argv + i - words + 1, argv + i - words, (size_t)words * sizeof *argv);
		argv[i - words] = option;
	}
}

/*
 * Parses options that may stand between the words. @argv is put into order: options, then words.
 * Returns as options_parse().
 */
static int
parse_mixed(const struct command *c, void *config, int argc, char **argv)
{
	int words = 0, at = 1;

	for (;;) {
		int n = options_parse(c->name, c->options, config, argc - at + 1, argv + at - 1), end;

		if (n < 0)
			return n;
		end = at + n - 1;
		move_words(argv, words, at, end);
		if (end == argc || (end > at && strcmp(argv[end - words - 1], "--") == 0))
			return end - words;
		words++;
		at = end + 1;
	}
}

int
command_parse_over(const struct command *c, void *config, int argc, char **argv)
{
	int at = c->mixed ? parse_mixed(c, config, argc, argv)
			  : options_parse(c->name, c->options, config, argc, argv);
	if (at == OPTIONS_HELP)
		return COMMAND_HELP;
	if (at == OPTIONS_WRONG || check_words(c, argc - at, argv + at))
		return COMMAND_WRONG;
	return at;
}

int
command_parse(const struct command *c, void *config, int argc, char **argv)
{
	memset(config, 0, c->config_size);
	if (c->defaults)
		c->defaults(config);
	return command_parse_over(c, config, argc, argv);
}

int
command_run(const struct command *c, int argc, char **argv)
{
	void *config = malloc(c->config_size ? c->config_size : 1);
	int at, status = c->wrong_status ? c->wrong_status : EXIT_LEAT;

	if (!config)
		return error_line(c->name, "out of memory");
	at = command_parse(c, config, argc, argv);
	if (at == COMMAND_HELP) {
		command_help(c, stdout);
		status = 0;
	} else if (at != COMMAND_WRONG) {
		if (c->line)
			c->line(config, argc, argv);
		status = c->main(config, argc - at, argv + at);
	}
	if (c->release)
		c->release(config);
	free(config);
	return status;
}
