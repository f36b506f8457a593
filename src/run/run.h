/*
 * run/run.h - `leat run`: runs an unmodified program on a network of its own.
 *
 * It has three parts. The supervisor is the calling process: it passes signals and the exit status.
 * The worker has the program's stack, the emulated link, the gateway's stack and the host's
 * sockets. The program's processes run under a seccomp filter, which hands their socket control
 * calls to the worker.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "run/network/config.h"

/*
 * Checks whether the program can be run here. Call it before anything is opened: the program would
 * inherit what is open now. Returns 0; or 125, 126 or 127 after a line on stderr.
 */
int run_check(const struct run_config *config);

/*
 * Runs the program until the last process of its tree has ended. Call run_check() first. Returns
 * the exit status as a shell has it (128 + the signal that ended the program); 126 or 127 if it
 * could not be run; 125 if Leat failed, or if the program ended with 0 and hooks.ended() returned
 * false.
 */
int run_main(const struct run_config *config);

#endif
