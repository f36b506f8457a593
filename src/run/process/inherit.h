/*
 * run/process/inherit.h - checks that the program inherits no descriptor that leads to the host's
 * network. It closes none.
 */
#ifndef RUN_PROCESS_INHERIT_H
#define RUN_PROCESS_INHERIT_H

/*
 * Checks the open descriptors that execve(2) would not close. Prints a line on stderr for each one
 * that hostfd_kind() recognises. Returns 0 if there is none, else the exit status 126.
 */
int inherit_check(void);

#endif
