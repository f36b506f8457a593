#include "run/calls.h"
#include "run/dgram.h"
#include "run/netlink.h"
#include "run/pump.h"

#include <errno.h>

long
call_getsockname(struct call *c)
{
	struct endpoint e;
	int rc;

	if (c->d->kind == DESC_NETLINK)
		return netlink_getsockname(c);
	rc = desc_local(c->d, &e);
	return rc ? rc : call_write_endpoint(c, c->arg[1], c->arg[2], &e);
}

long
call_getpeername(struct call *c)
{
	struct endpoint e;
	int rc = c->d->kind == DESC_NETLINK ? -ENOTCONN : desc_remote(c->d, &e);

	if (!rc && c->d->state == DESC_CONNECTING)
		rc = -ENOTCONN;
	return rc ? rc : call_write_endpoint(c, c->arg[1], c->arg[2], &e);
}

long
call_shutdown(struct call *c)
{
	struct desc *d = c->d;
	int how = (int)c->arg[1];

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	if (d->kind == DESC_STREAM && d->state == DESC_CONNECTED) {
		pump_shutdown(d, c->fd, how);
		return 0;
	}
	if (d->kind == DESC_STREAM && d->state == DESC_LISTENING && d->sk) {
		/* The listener hears no more; those who wait in accept() are told EINVAL. */
		desc_drop_transport(d, false);
		d->state = DESC_FINISHED;
		shutdown(c->fd, how);
		return 0;
	}
	if (d->kind == DESC_DGRAM || d->kind == DESC_PING)
		return dgram_shutdown(d, c->fd, how);
	return d->state == DESC_CONNECTED ? 0 : -ENOTCONN;
}
