/*
 * cli/main.c - the command `leat`: which command is meant, and that is all.
 */
#include "cli/commands.h"
#include "cli/options.h"

#include <errno.h>
#include <fcntl.h>
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
	fputs("`leat COMMAND --help` tells more; so does leat(1).\n", to);
}

static int
unknown(const char *word)
{
	const char *words[COMMANDS + 1];
	const char *meant;

	for (unsigned i = 0; i < COMMANDS; i++)
		words[i] = commands[i].name;
	words[COMMANDS] = NULL;
	meant = options_nearest(word, words);
	fprintf(stderr, "leat: no command '%s'%s%s%s\n", word,
	    meant ? "; did you mean '" : "; `leat --help` lists them", meant ? meant : "", meant ? "'?" : "");
	return EXIT_LEAT;
}

/*
 * Where a standard descriptor is missing, no file of ours must get its number. What takes its place cannot be used either: standard input is not readable, the others are not
 * writable, so that output to a missing descriptor is an error as it was. The program starts without it as before.
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

/* What was printed has arrived, or the command has failed. */
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
	fill_standard();
	if (argc < 2) {
		usage(stderr);
		return EXIT_LEAT;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return flushed(0);
	}
	if (!strcmp(argv[1], "--version")) {
		puts("leat " LEAT_VERSION);
		return flushed(0);
	}
	for (unsigned i = 0; i < COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return flushed(commands[i].main(argc - 1, argv + 1));
	return unknown(argv[1]);
}
