/*
 * run/process/hostfd.h - which descriptors would carry a program to the host's network, past Leat.
 */
#ifndef RUN_PROCESS_HOSTFD_H
#define RUN_PROCESS_HOSTFD_H

/*
 * Describes @fd of this process, as in "a TUN/TAP device"; returns NULL if it leads to no network
 * of the host.
 */
const char *hostfd_kind(int fd);

#endif
