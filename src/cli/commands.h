/*
 * cli/commands.h - the list of commands. cmd_NAME.c defines command NAME as `cmd_NAME`.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/common/command.h"

/* One row for each command, in the order of `leat --help`. */
#define COMMANDS(X)                                                                                          \
	X(run)                                                                                               \
	X(serve)                                                                                             \
	X(get)                                                                                               \
	X(doctor)                                                                                            \
	X(completion)

#define COMMAND_DECLARE(name) extern const struct command cmd_##name;
COMMANDS(COMMAND_DECLARE)
#undef COMMAND_DECLARE

/* All commands. Ends with NULL. */
extern const struct command *const commands[];

/* Returns the command @name, or NULL. */
const struct command *commands_find(const char *name);

/* Returns the command, "help" or "version", whichever @word probably stands for; or NULL. */
const char *commands_nearest(const char *word);

#endif
