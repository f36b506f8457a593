/*
 * test/unit/http/conn/blocking.c - read(2), writev(2), sendfile(2).
 */
#include "blocking.h"

#include "base/err.h"

#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static void
write_some(struct http_conn *c, int fd)
{
	struct http_output o = http_conn_output(c);
	struct iovec iov[2];
	off_t off = o.off;
	ssize_t n;

	for (unsigned i = 0; i < o.spans; i++)
		iov[i] = (struct iovec){(void *)o.span[i].at, o.span[i].len};
	n = o.spans > 0 ? writev(fd, iov, (int)o.spans) : sendfile(fd, o.fd, &off, o.len);
	if (n > 0)
		http_conn_written(c, (uint64_t)n);
	else
		http_conn_failed(c, n < 0 ? -errno : -LEAT_EIO);
}

static void
read_some(struct http_conn *c, int fd)
{
	char *at;
	size_t room = http_conn_room(c, &at);
	ssize_t n = read(fd, at, room);

	if (n >= 0)
		http_conn_arrived(c, (size_t)n);
	else
		http_conn_failed(c, -errno);
}

unsigned
blocking_drive(struct http_conn *c, int fd)
{
	unsigned wants;

	while (!((wants = http_conn_wants(c)) & HTTP_WANT_OVER)) {
		if (wants & HTTP_WANT_SHUTDOWN) {
			shutdown(fd, SHUT_WR);
			http_conn_shut(c);
		} else if (wants & HTTP_WANT_WRITE) {
			write_some(c, fd);
		} else if (wants & HTTP_WANT_READ) {
			read_some(c, fd);
		} else {
			http_conn_timeout(c);
		}
	}
	return wants;
}
