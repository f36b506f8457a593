/*
 * cli/commands.c - the table of commands; finds a command by its name. It does not know what a
 * command does.
 */
#include "cli/commands.h"

#include <string.h>

#define COMMAND_ROW(name) &cmd_##name,
const struct command *const commands[] = {COMMANDS(COMMAND_ROW) NULL};
#undef COMMAND_ROW

const struct command *
commands_find(const char *name)
{
	for (unsigned i = 0; commands[i]; i++)
		if (!strcmp(name, commands[i]->name))
			return commands[i];
	return NULL;
}

const char *
commands_nearest(const char *word)
{
	const char *names[sizeof commands / sizeof *commands + 2] = {"help", "version"};

	for (unsigned i = 0; commands[i]; i++)
		names[2 + i] = commands[i]->name;
	return options_nearest(word, names);
}
