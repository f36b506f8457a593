/*
 * run/network/name_services.h - the host's name services, which the program must not reach: they
 * would look names up on the host's network. It knows addresses only, not what the services say.
 */
#ifndef RUN_NETWORK_NAME_SERVICES_H
#define RUN_NETWORK_NAME_SERVICES_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Is @ss the AF_UNIX name of nscd, systemd-resolved or avahi? Programs that find them missing ask
 * the name servers themselves.
 */
bool name_services_refuse(const struct sockaddr_storage *ss);

#endif
