/*
 * run/hostnet.h - which descriptors would carry a program to the host's network, past Leat.
 */
#ifndef RUN_HOSTNET_H
#define RUN_HOSTNET_H

/* What @fd of this process is, as in "a TUN/TAP device"; NULL if it leads to no network of the host. */
const char *hostnet_kind(int fd);

#endif
