/*
 * run/process/tree.h - signals and kills the processes below this one. Supervisor and worker are
 * child subreapers, so no process of the program can leave the tree. It does not know what the
 * processes do.
 */
#ifndef RUN_PROCESS_TREE_H
#define RUN_PROCESS_TREE_H

#include "base/nsec.h"

#include <stdbool.h>
#include <sys/types.h>

/* A process that the kernel cannot end for so long is left behind; it may wait for a device. */
#define TREE_WAIT (10 * SEC)

/*
 * Makes this process a child subreaper: orphans of the tree become its children. Opens and keeps a
 * descriptor that lists its children. Returns false if the kernel refuses.
 */
bool tree_adopt(void);

/*
 * Sends @signal to every child of this process. Once the first process has ended, those are the
 * processes whose parents have ended. Needs no free descriptor.
 */
void tree_signal(int signal);

/*
 * Kills every process of the tree. Returns when none is left, or when none has ended for TREE_WAIT.
 * tree.c says why it converges however fast the processes fork. Needs no free descriptor, and is
 * faster with two.
 */
void tree_kill(void);

#endif
