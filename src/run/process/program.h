/*
 * run/process/program.h - checks whether the program can run under Leat. It does not execute it.
 *
 * Under the filter execve(2) gives no privileges. And Leat cannot answer the calls of a process
 * that it may not look into.
 */
#ifndef RUN_PROCESS_PROGRAM_H
#define RUN_PROCESS_PROGRAM_H

/*
 * Checks the file that execvp(3) would take for @name. Returns 0; or the exit status 126 or 127,
 * after a line on stderr. A program with file capabilities causes a line only, since many such
 * programs work without them.
 */
int program_check(const char *name);

#endif
