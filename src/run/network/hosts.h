/*
 * run/network/hosts.h - services of the host that would look names up on the host's network, past
 * ours.
 */
#ifndef RUN_NETWORK_HOSTS_H
#define RUN_NETWORK_HOSTS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Is @ss the AF_UNIX name of nscd, systemd-resolved or avahi? Programs that find them missing ask
 * the name servers themselves.
 */
bool hosts_refuses(const struct sockaddr_storage *ss);

#endif
