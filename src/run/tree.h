/*
 * run/tree.h - the processes below us. Each of Leat's two is a child subreaper, so whatever the program's processes do, none leaves the tree.
 */
#ifndef RUN_TREE_H
#define RUN_TREE_H

#include "base/nsec.h"

#include <stdbool.h>
#include <sys/types.h>

/* A process that the kernel cannot end for so long (it waits for a device, say) is left behind. */
#define TREE_WAIT (10 * SEC)

/* From here on, orphans of the tree become our children. */
bool tree_adopt(void);

/* @signal to every child: after the first process, those that lost their parents. Needs no descriptor of ours. */
void tree_signal(int signal);

/* Kill every child, and those that become ours thereby, until there is none, or until none has ended for TREE_WAIT. */
void tree_kill(void);

#endif
