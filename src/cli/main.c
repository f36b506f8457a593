/*
 * cli/main.c - the command `leat`: which command is meant, and that is all.
 */
#include "cli/commands.h"
#include "cli/common/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct command {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *help;
};

static const struct command commands[] = {
    {"run", cmd_run, "run a program on a network of its own: leat run [options] -- PROGRAM ARGS…"},
    {"doctor", cmd_doctor, "what this machine allows, found by trying, and what to do about the rest"},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void
usage(FILE *to)
{
	fputs("usage: leat COMMAND …\n", to);
	for (unsigned i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].help);
	fputs("`leat COMMAND --help` lists its options; leat(1) has all of it.\n", to);
}

static const struct command *
find_command(const char *word)
{
	for (unsigned i = 0; i < COMMANDS; i++)
		if (!strcmp(word, commands[i].name))
			return &commands[i];
	return NULL;
}

/* Answers a word that is no command: a misspelt command, an option of `leat run`, or a program. */
static int
unknown(const char *word)
{
	const char *words[COMMANDS + 1];
	const char *meant;

	for (unsigned i = 0; i < COMMANDS; i++)
		words[i] = commands[i].name;
	words[COMMANDS] = NULL;
	meant = options_nearest(word, words);
	fprintf(stderr, "leat: no command '%s'; ", word);
	if (meant)
		fprintf(stderr, "did you mean '%s'?\n", meant);
	else if (*word == '-')
		fputs("options of a run follow the command: leat run [options] -- PROGRAM ARGS…\n", stderr);
	else
		fputs("`leat --help` lists them, and `leat run -- PROGRAM ARGS…` runs a program\n", stderr);
	return EXIT_LEAT;
}

/* `leat help`, and `leat help COMMAND`. */
static int
help(int argc, char **argv)
{
	char *ask[] = {argc > 2 ? argv[2] : NULL, "--help", NULL};
	const struct command *c = ask[0] ? find_command(ask[0]) : NULL;

	if (c)
		return c->main(2, ask);
	if (ask[0])
		return unknown(ask[0]);
	usage(stdout);
	return 0;
}

static bool
is_one_of(const char *word, const char *long_form, const char *short_form, const char *as_command)
{
	return !strcmp(word, long_form) || !strcmp(word, short_form) || !strcmp(word, as_command);
}

/*
 * Where a standard descriptor is missing, no file of ours must get its number. What takes its place
 * cannot be used either: standard input is not readable, the others are not writable, so that
 * output to a missing descriptor is an error as it was. The program starts without it as before.
 */
static void
fill_standard(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (fd > STDIN_FILENO && fd <= STDERR_FILENO) {
			close(fd);
			fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		}
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Makes sure that what was printed has been written; otherwise the command fails. */
static int
flushed(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "leat: cannot write to standard output: %s\n", strerror(errno));
	return EXIT_LEAT;
}

int
main(int argc, char **argv)
{
	const struct command *c;

	fill_standard();
	if (argc < 2) {
		usage(stderr);
		return EXIT_LEAT;
	}
	if (is_one_of(argv[1], "--help", "-h", "help"))
		return flushed(help(argc, argv));
	if (is_one_of(argv[1], "--version", "-V", "version")) {
		puts("leat " LEAT_VERSION);
		return flushed(0);
	}
	c = find_command(argv[1]);
	return c ? flushed(c->main(argc - 1, argv + 1)) : unknown(argv[1]);
}
