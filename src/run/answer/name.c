/*
 * run/answer/name.c - answers getsockname(2), getpeername(2) and shutdown(2). It moves no data.
 */
#include "run/answer/answer.h"
#include "run/answer/netlink.h"
#include "run/call/address.h"
#include "run/dgram/dgram.h"
#include "run/stream/pump.h"
#include "run/stream/stream.h"

#include <errno.h>

long
call_getsockname(struct call *c)
{
	struct endpoint e;
	int rc;

	if (c->d->kind == SOCKREC_NETLINK)
		return netlink_getsockname(c);
	rc = sockrec_local(c->d, &e);
	return rc ? rc : call_write_endpoint(c, c->arg[1], c->arg[2], &e);
}

long
call_getpeername(struct call *c)
{
	struct endpoint e;
	int rc = c->d->kind == SOCKREC_NETLINK ? -ENOTCONN : sockrec_remote(c->d, &e);

	if (!rc && c->d->state == SOCKREC_CONNECTING)
		rc = -ENOTCONN;
	return rc ? rc : call_write_endpoint(c, c->arg[1], c->arg[2], &e);
}

static long
shutdown_stream(struct sockrec *d, int fd, int how)
{
	struct endpoint remote;

	switch (d->state) {
	case SOCKREC_CONNECTED:
		if (sock_remote(d->sk, &remote) < 0) /* both ends are done with it */
			return -ENOTCONN;
		pump_shutdown(d, fd, how);
		return 0;
	case SOCKREC_LISTENING: /* as on Linux, the listener ends where it is to hear no more */
		if (how != SHUT_WR)
			stream_begin_anew(d, fd, 0);
		return 0;
	case SOCKREC_CONNECTING: /* as on Linux, whatever @how: no connection comes of it */
		stream_begin_anew(d, fd, ECONNRESET);
		return 0;
	case SOCKREC_NEW: /* shut all the same: poll(2) shows it */
		shutdown(fd, how);
		d->joined = true;
		return -ENOTCONN;
	default:
		return -ENOTCONN;
	}
}

long
call_shutdown(struct call *c)
{
	struct sockrec *d = c->d;
	int how = (int)c->arg[1];

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	if (d->kind == SOCKREC_STREAM)
		return shutdown_stream(d, c->fd, how);
	if (d->kind == SOCKREC_DGRAM || d->kind == SOCKREC_PING)
		return dgram_shutdown(d, c->fd, how);
	return d->state == SOCKREC_CONNECTED ? 0 : -ENOTCONN;
}
