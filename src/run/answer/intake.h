/* run/answer/intake.h - receives the system calls that the filter intercepts. */
#ifndef RUN_ANSWER_INTAKE_H
#define RUN_ANSWER_INTAKE_H

#include "run/call/calls.h"

/* Starts to receive from the seccomp listener @fd. Returns 0 or the negative errno. */
int intake_start(struct calls *calls, int fd);

#endif
