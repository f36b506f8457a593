/*
 * run/network/name_services.h - the host's name services, which the program must not reach: they
 * would look names up on the host's network. It knows addresses only, not what the services say.
 */
#ifndef RUN_NETWORK_NAME_SERVICES_H
#define RUN_NETWORK_NAME_SERVICES_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Returns true if @ss is the AF_UNIX address of nscd, systemd-resolved or avahi. A program that is
 * refused there asks the name servers itself.
 */
bool name_services_refuse(const struct sockaddr_storage *ss);

#endif
