/*
 * run/answer/intake.h - the seccomp listener: system calls come in.
 */
#ifndef RUN_ANSWER_INTAKE_H
#define RUN_ANSWER_INTAKE_H

#include "run/call/calls.h"

/* Listens on @fd. Returns 0 or the negative errno. */
int intake_start(struct calls *calls, int fd);

#endif
