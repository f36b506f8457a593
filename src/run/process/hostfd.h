/*
 * run/process/hostfd.h - recognises descriptors that lead to the host's network, past Leat. It does
 * not know what becomes of them.
 */
#ifndef RUN_PROCESS_HOSTFD_H
#define RUN_PROCESS_HOSTFD_H

/*
 * Says what descriptor @fd of this process is, as in "a TUN/TAP device". Returns a constant text;
 * NULL if the descriptor does not lead to the host's network.
 */
const char *hostfd_kind(int fd);

#endif
