/*
 * cli/main.c - the program `leat`: finds the command that was named, and runs it.
 */
#include "cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
usage(FILE *to)
{
	fputs("usage: leat COMMAND …\n", to);
	for (unsigned i = 0; commands[i]; i++)
		fprintf(to, "  %-11s %s\n", commands[i]->name, commands[i]->summary);
	fputs("`leat COMMAND --help` explains a command and lists its options; leat(1) is the manual.\n", to);
}

/*
 * Answers a word that is not a command. It may be misspelt, an option of `leat run`, or a program.
 */
static int
unknown(const char *word)
{
	static const char *const options[] = {"--help", "--version", NULL};
	bool is_option = *word == '-';
	const char *meant = is_option ? options_nearest(word, options) : commands_nearest(word);

	if (meant)
		return error_line(NULL, "unknown %s '%s'; did you mean '%s'?",
		    is_option ? "option" : "command", word, meant);
	if (is_option)
		return error_line(NULL,
		    "unknown option '%s'; the options of a run follow its name: leat run [options] -- "
		    "PROGRAM ARGS…",
		    word);
	return error_line(NULL,
	    "unknown command '%s'; `leat --help` lists the commands, and `leat run -- %s …` runs a program",
	    word, word);
}

/* `leat help`, and `leat help COMMAND`. */
static int
help(const char *name)
{
	const struct command *c = name ? commands_find(name) : NULL;

	if (c)
		command_help(c, stdout);
	else if (name)
		return unknown(name);
	else
		usage(stdout);
	return 0;
}

static bool
is_one_of(const char *word, const char *long_form, const char *short_form, const char *as_command)
{
	return !strcmp(word, long_form) || !strcmp(word, short_form) || !strcmp(word, as_command);
}

/*
 * Opens /dev/null in the place of each standard descriptor that is missing, so that no file of ours
 * gets its number. The replacement of standard input cannot be read and that of the others cannot
 * be written, so their use stays an error. The program still starts without the descriptor.
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

/*
 * Writes what is left of the output. Returns @status, or EXIT_LEAT after a message if that fails.
 */
static int
flushed(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return error_line(NULL, "cannot write to standard output: %s", strerror(errno));
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
		return flushed(help(argc > 2 ? argv[2] : NULL));
	if (is_one_of(argv[1], "--version", "-V", "version")) {
		puts("leat " LEAT_VERSION);
		return flushed(0);
	}
	c = commands_find(argv[1]);
	return c ? flushed(command_run(c, argc - 1, argv + 1)) : unknown(argv[1]);
}
