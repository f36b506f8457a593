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

	if (c->rec->kind == SOCKREC_NETLINK)
		return netlink_getsockname(c);
	rc = sockrec_local(c->rec, &e);
	return rc ? rc : call_write_endpoint(c, c->arg[1], c->arg[2], &e);
}

long
call_getpeername(struct call *c)
{
	struct endpoint e;
	int rc = c->rec->kind == SOCKREC_NETLINK ? -ENOTCONN : sockrec_remote(c->rec, &e);

	if (!rc && c->rec->state == SOCKREC_CONNECTING)
		rc = -ENOTCONN;
	return rc ? rc : call_write_endpoint(c, c->arg[1], c->arg[2], &e);
}

static long
shutdown_stream(struct stream_rec *s, int fd, int how)
{
	struct endpoint remote;

	switch (s->rec.state) {
	case SOCKREC_CONNECTED:
		if (sock_remote(s->rec.sk, &remote) < 0) /* it has ended in both directions */
			return -ENOTCONN;
		pump_shutdown(s, fd, how);
		return 0;
	case SOCKREC_LISTENING: /* as on Linux, shutting the reading direction ends the listener */
		if (how != SHUT_WR)
			stream_begin_anew(s, fd, 0);
		return 0;
	case SOCKREC_CONNECTING: /* as on Linux, any @how ends the attempt */
		stream_begin_anew(s, fd, ECONNRESET);
		return 0;
	case SOCKREC_NEW: /* the proxy socket is shut all the same, since poll(2) shows it */
		shutdown(fd, how);
		s->joined = true;
		return -ENOTCONN;
	default:
		return -ENOTCONN;
	}
}

long
call_shutdown(struct call *c)
{
	struct sockrec *r = c->rec;
	int how = (int)c->arg[1];

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	if (r->kind == SOCKREC_STREAM)
		return shutdown_stream(stream_of(r), c->fd, how);
	if (is_dgram(r))
		return dgram_shutdown(dgram_of(r), c->fd, how);
	return r->state == SOCKREC_CONNECTED ? 0 : -ENOTCONN;
}
