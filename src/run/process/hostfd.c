/*
 * run/process/hostfd.c - recognises the descriptors that lead to the host's network: sockets by
 * their family, devices by their number or name, and other files of the kernel by the name in
 * /proc/self/fd. It closes none.
 *
 * These do not lead there: AF_UNIX sockets, which stay on the machine and are the program's own;
 * AF_ALG sockets, which reach the kernel's ciphers only; pidfds and namespaces, which give the
 * program nothing that its user does not have without them (setns(2) is judged when it is called).
 */
#include "run/process/hostfd.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { ANY_MINOR = -1 };

/* The numbers are those of Linux's admin-guide/devices.txt. */
static const struct {
	int major, minor;
	const char *kind;
} devices[] = {
    {10, 200, "a TUN/TAP device"},
    {10, 238, "a vhost device"}, /* vhost-net */
    {10, 241, "a vhost device"}, /* vhost-vsock */
    {108, 0, "a PPP device"},
    {231, ANY_MINOR, "an RDMA device"},
};

/* For devices whose numbers are assigned at boot, and for files that only the kernel makes. */
static const struct {
	const char *prefix, *kind;
} names[] = {
    {"/dev/net/", "a TUN/TAP device"},
    {"/dev/tap", "a TUN/TAP device"},
    {"/dev/vhost-", "a vhost device"},
    {"/dev/infiniband/", "an RDMA device"},
    {"anon_inode:[io_uring]", "an io_uring, which can carry socket calls"},
    {"anon_inode:bpf", "a BPF object, which can reach the host's sockets"},
    {"anon_inode:[bpf", "a BPF object, which can reach the host's sockets"},
};

static const char *
socket_kind(int fd)
{
	int family = AF_UNSPEC;
	socklen_t len = sizeof family;

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) < 0)
		return NULL;
	switch (family) {
	case AF_UNIX:
	case AF_ALG:
		return NULL;
	case AF_INET:
	case AF_INET6:
		return "a socket on the host's network";
	case AF_PACKET:
		return "a packet socket on the host's network";
	case AF_NETLINK:
		return "a netlink socket of the host's";
	case AF_VSOCK:
		return "a VSOCK socket";
	case AF_XDP:
		return "an XDP socket on the host's network";
	default:
		return "a socket of a family that can reach the host's network";
	}
}

static const char *
device_kind(dev_t device)
{
	for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
		if (devices[i].major == (int)major(device) &&
		    (devices[i].minor == ANY_MINOR || devices[i].minor == (int)minor(device)))
			return devices[i].kind;
	return NULL;
}

static const char *
name_kind(int fd)
{
	char path[32], name[64];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	n = readlink(path, name, sizeof name - 1);
	name[n > 0 ? n : 0] = 0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncmp(name, names[i].prefix, strlen(names[i].prefix)) == 0)
			return names[i].kind;
	return NULL;
}

const char *
hostfd_kind(int fd)
{
	const char *kind = NULL;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return NULL;
	if (S_ISSOCK(st.st_mode))
		return socket_kind(fd);
	if (S_ISCHR(st.st_mode))
		kind = device_kind(st.st_rdev);
	return kind || S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) || S_ISDIR(st.st_mode) ? kind
											  : name_kind(fd);
}
