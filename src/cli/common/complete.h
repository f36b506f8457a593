/*
 * cli/common/complete.h - completion scripts for shells, made from the commands' structs.
 */
#ifndef CLI_COMMON_COMPLETE_H
#define CLI_COMMON_COMPLETE_H

#include "cli/common/command.h"

/*
 * Prints the script for @shell: "bash", "zsh" or "fish". @commands ends with NULL. Returns 0, or -1
 * if there is none for @shell.
 */
int complete_write(const char *shell, const struct command *const *commands, FILE *to);

#endif
