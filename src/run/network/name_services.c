/*
 * run/network/name_services.c - lists the AF_UNIX addresses of the host's name services. It opens
 * no socket.
 */
#include "run/network/name_services.h"

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
name_services_refuse(const struct sockaddr_storage *ss)
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
