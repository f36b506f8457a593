/*
 * run/procfs.h - is /proc there, and is it ours? The worker looks at the program's processes, threads and descriptors through it.
 */
#ifndef RUN_PROCFS_H
#define RUN_PROCFS_H

/* 0; ESRCH if /proc shows the processes of another PID namespace; or the errno of the first look that failed. */
int procfs_check(void);

#endif
