/*
 * cli/commands.h - each command is a main() of its own: argv[0] is its name.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

/*
 * Leat itself failed or was misused: told apart from what a program may return, as env(1) and
 * timeout(1) do.
 */
enum { EXIT_LEAT = 125 };

int cmd_run(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

#endif
