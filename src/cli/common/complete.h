/*
 * cli/common/complete.h - completion scripts for shells, made from the table of commands.
 */
#ifndef CLI_COMMON_COMPLETE_H
#define CLI_COMMON_COMPLETE_H

#include "cli/common/command.h"

/*
 * Prints the script for @shell: "bash", "zsh" or "fish". @commands ends with NULL. Returns 0, or -1
 * if there is no such script.
 */
int complete_write(const char *shell, const struct command *const *commands, FILE *to);

#endif
