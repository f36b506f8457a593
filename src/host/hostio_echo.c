/*
 * host/hostio_echo.c - the kernel's ICMP echo sockets (icmp(7)), for users that the machine lets
 * have them. They are datagram sockets of io/io.h whose octets are ICMP messages.
 */
#include "host/hostio_impl.h"

#include "base/err.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>

int
hostio_echo(struct io_world *w, const struct ipaddr *to, io_dgram_fn *fn, void *arg, struct io_dgram **out)
{
	struct hostio *h = hostio_of(w);
	const struct endpoint e = {.addr = *to};
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(&ss, &e);
	int fd = hostio_socket(h, &e, SOCK_DGRAM, ipaddr_is4(to) ? IPPROTO_ICMP : IPPROTO_ICMPV6), err;

	/*
	 * ping_group_range does not hold our group. Debian's and systemd's settings let all users
	 * in.
	 */
	if (fd == -EACCES || fd == -EPROTONOSUPPORT)
		return -LEAT_EPERM;
	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&ss, len) < 0) {
		err = -errno;
		fd_budget_close(h->fds, fd);
		return err;
	}
	return hostio_dgram_new(h, fd, fn, arg, out);
}
