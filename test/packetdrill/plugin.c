/*
 * packetdrill/plugin.c - Leat for Google's packetdrill:
 * packetdrill --so_filename=build/packetdrill-leat.so SCRIPT.
 *
 * interface.h is the tool's table, host.c a stack with a virtual clock. calls.c and poll.c make system
 * calls on it.
 */
#include "calls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The host of this process, for getsockopt() below. */
static struct host *the_host;

static void
plug_release(void *self)
{
	struct host *h = self;

	the_host = NULL;
	/* The tool has closed the descriptors, but not their files in the host. */
	pthread_mutex_lock(&h->lock);
	for (int fd = 0; fd < HOST_FDS; fd++)
		calls_end(h, fd);
	pthread_mutex_unlock(&h->lock);
	host_free(h);
}

static int
plug_packet_in(void *self, const void *packet, size_t len)
{
	return host_packet_in(self, packet, len);
}

static int
plug_packet_out(void *self, void *to, size_t *len, long long *when)
{
	return host_packet_out(self, to, len, when);
}

static int
plug_usleep(void *self, useconds_t usec)
{
	struct host *h = self;

	pthread_mutex_lock(&h->lock);
	host_advance(h, h->now + usec * USEC);
	pthread_mutex_unlock(&h->lock);
	return 0;
}

static int
plug_gettimeofday(void *self, struct timeval *tv, struct timezone *tz)
{
	struct host *h = self;

	pthread_mutex_lock(&h->lock);
	host_advance(h, h->now + USEC);
	tv->tv_sec = h->now / SEC;
	tv->tv_usec = h->now % SEC / USEC;
	pthread_mutex_unlock(&h->lock);
	return 0;
}

void
packetdrill_interface_init(const char *flags, struct packetdrill_interface *ifc)
{
	struct host *h = host_new(flags);

	if (!h)
		exit(EXIT_FAILURE);
	the_host = h;
	*ifc = (struct packetdrill_interface){
	    .self = h,
	    .release = plug_release,
	    .socket = call_socket,
	    .bind = call_bind,
	    .listen = call_listen,
	    .accept = call_accept,
	    .connect = call_connect,
	    .read = call_read,
	    .readv = call_readv,
	    .recv = call_recv,
	    .recvfrom = call_recvfrom,
	    .recvmsg = call_recvmsg,
	    .write = call_write,
	    .writev = call_writev,
	    .send = call_send,
	    .sendto = call_sendto,
	    .sendmsg = call_sendmsg,
	    .fcntl = call_fcntl,
	    .ioctl = call_ioctl,
	    .close = call_close,
	    .shutdown = call_shutdown,
	    .getsockopt = call_getsockopt,
	    .setsockopt = call_setsockopt,
	    .poll = call_poll,
	    .packet_in = plug_packet_in,
	    .packet_out = plug_packet_out,
	    .usleep = plug_usleep,
	    .gettimeofday = plug_gettimeofday,
	    .epoll_create = call_epoll_create,
	    .epoll_ctl = call_epoll_ctl,
	    .epoll_wait = call_epoll_wait,
	    .pipe = call_pipe,
	    .splice = call_splice,
	};
}

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

/*
 * SO_MEMINFO, which the tool reads beside TCP_INFO. Gives the octets that wait and the sizes of the
 * buffers. All else is about the kernel, and 0.
 */
static int
meminfo(struct host *h, int fd, uint32_t *value, socklen_t *len)
{
	enum { RMEM_ALLOC, RCVBUF, WMEM_ALLOC, SNDBUF, FWD_ALLOC, WMEM_QUEUED, OPTMEM, BACKLOG, DROPS, VARS };
	uint32_t all[VARS] = {0};
	socklen_t n = sizeof all[0];

	if (call_getsockopt(h, fd, SOL_SOCKET, SO_RCVBUF, &all[RCVBUF], &n) ||
	    call_getsockopt(h, fd, SOL_SOCKET, SO_SNDBUF, &all[SNDBUF], &n) ||
	    call_ioctl(h, fd, SIOCINQ, &all[RMEM_ALLOC]) || call_ioctl(h, fd, SIOCOUTQ, &all[WMEM_QUEUED]))
		return -1;
	if (*len > sizeof all)
		*len = sizeof all;
	memcpy(value, all, *len);
	return 0;
}

/* TCP_INFO for the tool, which expects all fields that it knows. Those that Leat lacks are 0. */
static int
tcp_info_whole(struct host *h, int fd, void *value, socklen_t *len)
{
	socklen_t asked = *len;
	int err;

	memset(value, 0, asked);
	err = call_getsockopt(h, fd, IPPROTO_TCP, TCP_INFO, value, len);
	if (err == 0)
		*len = asked;
	return err;
}

/*
 * For code in scripts the tool calls getsockopt(2) itself, without the table. If this library is in
 * LD_PRELOAD as well, that call comes here.
 */
__attribute__((visibility("default"))) int
getsockopt(int fd, int level, int name, void *restrict value, socklen_t *restrict len)
{
	struct host *h = the_host;

	if (h && calls_file(h, fd) && level == SOL_SOCKET && name == SO_MEMINFO)
		return meminfo(h, fd, value, len);
	if (h && calls_file(h, fd) && level == IPPROTO_TCP && name == TCP_INFO)
		return tcp_info_whole(h, fd, value, len);
	if (h && calls_file(h, fd))
		return call_getsockopt(h, fd, level, name, value, len);
	return (int)syscall(SYS_getsockopt, fd, level, name, value, len);
}
