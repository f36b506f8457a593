/*
 * run/process/tree.h - the processes below us. Each of Leat's two is a child subreaper, so whatever
 * the program's processes do, none leaves the tree.
 */
#ifndef RUN_PROCESS_TREE_H
#define RUN_PROCESS_TREE_H

#include "base/nsec.h"

#include <stdbool.h>
#include <sys/types.h>

/* A process that the kernel cannot end for so long (it waits for a device, say) is left behind. */
#define TREE_WAIT (10 * SEC)

/*
 * Orphans of the tree become our children from here on. Keeps a descriptor that lists our children.
 */
bool tree_adopt(void);

/*
 * Sends @signal to every child: after the first process, those that lost their parents. Needs no
 * descriptor.
 */
void tree_signal(int signal);

/*
 * Kills every process of the tree, and returns when none is left or when none has ended for
 * TREE_WAIT. It converges however fast they fork, see tree.c. Needs no descriptor, and is faster
 * with two.
 */
void tree_kill(void);

#endif
