/*
 * run/process/program.h - can the program run here at all? Under the filter nobody gains privileges
 * by execve(), and what may not be looked into cannot be answered.
 */
#ifndef RUN_PROCESS_PROGRAM_H
#define RUN_PROCESS_PROGRAM_H

/*
 * Returns 0; or the exit status 126 or 127, after a line on stderr. File capabilities cause a line
 * only: many such programs do well without.
 */
int program_check(const char *name);

#endif
