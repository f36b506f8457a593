/*
 * packetdrill/plugin.c - Leat under Google's packetdrill: packetdrill --so_filename=build/packetdrill-leat.so SCRIPT.
 *
 * Layers: interface.h is the tool's table, host a stack with a virtual clock, calls and poll the system calls on it.
 */
#include "calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
plug_release(void *self)
{
	struct host *h = self;

	/* The tool has closed the descriptors; what they meant still lives here. */
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
