/*
 * run/network/hosts.c - the list of the host's AF_UNIX addresses to which the program may not
 * connect, since the services there look names up on the host's network.
 */
#include "run/network/hosts.h"

#include <stddef.h>
#include <string.h>
#include <sys/un.h>

static const char *const services[] = {
    "/var/run/nscd/socket",
    "/run/nscd/socket",
    "/run/systemd/resolve/io.systemd.Resolve",
    "/run/systemd/resolve/io.systemd.Resolve.Monitor",
    "/run/systemd/userdb/io.systemd.NameServiceSwitch",
    "/run/avahi-daemon/socket",
    "/var/run/avahi-daemon/socket",
};

bool
hosts_refuses(const struct sockaddr_storage *ss)
{
	struct sockaddr_un un;

	if (ss->ss_family != AF_UNIX)
		return false;
	memcpy(&un, ss, sizeof un);
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
		if (strncmp(un.sun_path, services[i], sizeof un.sun_path) == 0)
			return true;
	return false;
}
