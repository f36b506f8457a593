/*
 * run/process/procfd.h - what /proc says about a descriptor of another process. It does not know
 * why that process is asked about.
 *
 * In every function @tid is a process or a thread, and @fd is a descriptor in its table.
 */
#ifndef RUN_PROCESS_PROCFD_H
#define RUN_PROCESS_PROCFD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Finds which socket @fd is. Sets *@inode to the inode of the socket; to 0 for any other file.
 * Returns 0; -EBADF if there is no such descriptor; -EPERM if the kernel refuses access to the
 * process; or another negative errno.
 */
int procfd_socket(pid_t tid, int fd, uint64_t *inode);

/* Returns true if @fd is the socket with @inode. */
bool procfd_leads_to(pid_t tid, int fd, uint64_t inode);

/* Returns the flags of open(2) of @fd, O_CLOEXEC among them; 0 if the descriptor is gone. */
unsigned procfd_flags(pid_t tid, int fd);

/*
 * Returns how many descriptors are in the receive queue of @fd, an AF_UNIX socket. The kernel says
 * so since Linux 5.7; before that the answer is 0.
 */
unsigned procfd_in_flight(pid_t tid, int fd);

#endif
