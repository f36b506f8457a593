/*
 * run/run.h - `leat run`: a program, unmodified, on a network of its own.
 *
 * Three processes: the outer one (the caller), which passes signals and the exit status; a worker
 * with the program's stack, the emulated link, the gateway's stack and the host's sockets; and the
 * program's tree, under a seccomp filter that hands its socket control calls to the worker.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "run/network/config.h"

/*
 * Checks whether the program can be run here. To be called before anything is opened, for what is
 * open already is what the program would inherit. Returns 0; or 125, 126 or 127 after a line on
 * stderr.
 */
int run_check(const struct run_config *config);

/*
 * After run_check(): runs the program until the last process of its tree has ended. Returns what a
 * shell would call its exit status (128 + the signal that ended it); 126 or 127 when it could not
 * be run; 125 when Leat itself failed, or when the program ended with 0 and hooks.ended() returned
 * false.
 */
int run_main(const struct run_config *config);

#endif
