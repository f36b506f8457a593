/*
 * run/answer/sockopt.c - answers setsockopt(2) and getsockopt(2): by the stack's socket, by the
 * proxy socket, or by both. The stack's options are in sock/.
 */
#include "run/answer/answer.h"
#include "run/call/cmsg.h"
#include "run/dgram/dgram.h"
#include "run/dgram/error.h"
#include "run/dgram/tagged.h"
#include "run/socket/missing.h"
#include "run/socket/settings.h"
#include "run/stream/lowat.h"
#include "run/stream/pump.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/time.h>

enum { OPTION_ROOM = 16384, PRIORITY_MAX = 6 };

/*
 * Sets an option on the stack's sockets of @r, and notes it for sockets that take their place.
 * Datagrams that were written before are sent before it takes effect.
 */
static int
set_option(struct sockrec *r, int level, int name, const void *value, size_t len)
{
	struct dgram_rec *d = is_dgram(r) ? dgram_of(r) : NULL;
	int rc;

	if (d)
		dgram_flush(d);
	rc = sock_setopt(r->sk, level, name, value, len);
	if (rc)
		return rc;
	if (d)
		dgram_note_options(d);
	if (d && d->host_sk)
		sock_setopt(d->host_sk, level, name, value, len);
	if (d || r->state == SOCKREC_NEW || r->state == SOCKREC_CONNECTING)
		settings_note(r, level, name, value, len);
	return 0;
}

static void
resized(struct call *c, int name)
{
	struct stream_rec *s = stream_of(c->rec);

	if (name == SO_SNDBUF)
		pump_size_up(s, c->fd);
	if (name == SO_RCVBUF)
		pump_size_down(s);
}

/*
 * Returns @rc. Reports an option that Linux has and the stack lacks, since a program may ignore the
 * error.
 */
static long
refused(struct call *c, int level, int name, bool set, int rc)
{
	if (rc == -LEAT_ENOPROTOOPT)
		missing_option(c->rec, level, name, set);
	return rc;
}

/*
 * Returns true if Linux allows it with CAP_NET_ADMIN only. The program has no such privilege over
 * the network inside.
 */
static bool
needs_privilege(const struct sockrec *r, int level, int name, int value)
{
	switch (level) {
	case SOL_SOCKET:
		return name == SO_SNDBUFFORCE || name == SO_RCVBUFFORCE ||
		       (name == SO_PRIORITY && (value < 0 || value > PRIORITY_MAX));
	case IPPROTO_IP:
		return name == IP_TRANSPARENT && value;
	case IPPROTO_IPV6:
		return r->v6 && name == IPV6_TRANSPARENT && value;
	case IPPROTO_TCP:
		return r->kind == SOCKREC_STREAM && name == TCP_REPAIR;
	default:
		return false;
	}
}

/* Returns true if the kernel accepts @value as a time limit. */
static bool
is_wait_limit(const void *value, size_t len)
{
	struct timeval tv;

	if (len < sizeof tv)
		return false;
	memcpy(&tv, value, sizeof tv);
	return tv.tv_usec >= 0 && tv.tv_usec < SEC / USEC;
}

/*
 * Sets an option of the proxy socket. If no duplicate of the program's end can be taken, the kernel
 * carries out the call.
 */
static int
set_native(struct call *c, int level, int name, const void *value, socklen_t len)
{
	bool limit = name == SO_RCVTIMEO || name == SO_SNDTIMEO;

	if (c->fd >= 0 && setsockopt(c->fd, level, name, value, len) < 0)
		return -errno;
	if (!limit || is_wait_limit(value, len))
		settings_note(c->rec, level, name, value, len);
	if (level == SOL_SOCKET && name == SO_RCVLOWAT && c->rec->kind == SOCKREC_STREAM) {
		lowat_note(stream_of(c->rec), value, len);
		pump(stream_of(c->rec)); /* the mark may be reached now */
	}
	return c->fd >= 0 ? 0 : CALL_CONTINUE;
}

long
call_setsockopt(struct call *c)
{
	int level = (int)c->arg[1], name = (int)c->arg[2];
	uint8_t value[OPTION_ROOM];
	size_t len = (uint32_t)c->arg[4];
	int number, rc;

	if ((int)len < 0 || len > sizeof value)
		return -EINVAL;
	memset(value, 0, sizeof number);
	rc = caller_read(&c->caller, c->arg[3], value, len);
	if (rc)
		return rc;
	memcpy(&number, value, sizeof number);
	if (c->rec->kind == SOCKREC_NETLINK)
		return 0;
	if (settings_is_native(level, name))
		return set_native(c, level, name, value, (socklen_t)len);
	if (len >= sizeof number && needs_privilege(c->rec, level, name, number))
		return -EPERM;
	/* TCP_NODELAY and TCP_CORK affect octets that were written before. */
	if (level == IPPROTO_TCP && c->rec->kind == SOCKREC_STREAM)
		pump(stream_of(c->rec));
	if (c->rec->ended)
		return -EBADF;
	rc = set_option(c->rec, level, name, value, len);
	if (!rc && c->rec->kind != SOCKREC_STREAM && level == SOL_SOCKET && name == SO_RCVBUF)
		dgram_size(dgram_of(c->rec));
	if (!rc && c->rec->kind == SOCKREC_STREAM && level == SOL_SOCKET)
		resized(c, name);
	if (!rc && c->fd < 0 && level == SOL_SOCKET && name == SO_SNDBUF)
		return CALL_CONTINUE; /* the proxy socket's buffer, too */
	return refused(c, level, name, true, rc);
}

/*
 * Returns the stream's error and clears it. The proxy socket has an error of its own, which must
 * not be reported twice: if that is cleared, a read(2) has reported it.
 */
static int
take_stream_error(struct call *c)
{
	struct stream_rec *s = stream_of(c->rec);
	int native = 0, error = s->rec.error;
	socklen_t native_len = sizeof native;

	if (c->fd >= 0)
		getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &native, &native_len);
	if (s->error_shown && !native && c->fd >= 0)
		error = 0;
	s->rec.error = 0;
	s->error_shown = false;
	return error;
}

int
call_take_error(struct call *c)
{
	int error = is_dgram(c->rec) ? dgram_error_take(dgram_of(c->rec), c->fd) : take_stream_error(c);
	size_t len = sizeof error;

	if (!error && c->rec->sk)
		sock_getopt(c->rec->sk, SOL_SOCKET, SO_ERROR, &error, &len);
	return error;
}

static int
native_option(struct call *c, int level, int name, void *value, size_t *len)
{
	socklen_t room = (socklen_t)*len;

	if (getsockopt(c->fd, level, name, value, &room) < 0)
		return -errno;
	*len = room;
	return 0;
}

/* Answers getsockopt(2) for rtnetlink(7), which has no socket of the stack. */
static int
netlink_option(struct call *c, int level, int name, void *value, size_t *len)
{
	int v;

	if (level != SOL_SOCKET)
		return -EINVAL;
	switch (name) {
	case SO_TYPE:
		v = SOCK_RAW;
		break;
	case SO_DOMAIN:
		v = AF_NETLINK;
		break;
	case SO_PROTOCOL:
		v = 0;
		break;
	default:
		return native_option(c, level, name, value, len);
	}
	if (*len > sizeof v)
		*len = sizeof v;
	memcpy(value, &v, *len);
	return 0;
}

/* Returns true if the option reads a value from the buffer that the answer goes to. */
static bool
asks_by_value(int level, int name)
{
	return (level == IPPROTO_IP && (name == IP_MSFILTER || name == MCAST_MSFILTER)) ||
	       (level == IPPROTO_IPV6 && name == MCAST_MSFILTER);
}

/*
 * Returns true if SO_ERROR is asked for while the program's end shows a reset. The kernel knows
 * whether a read has reported it.
 */
static bool
asks_for_shown_error(const struct call *c, int level, int name)
{
	struct sockrec *r = c->rec;

	if (level != SOL_SOCKET || name != SO_ERROR || r->kind != SOCKREC_STREAM ||
	    !stream_of(r)->error_shown || r->error != ECONNRESET)
		return false;
	r->error = 0;
	stream_of(r)->error_shown = false;
	return true;
}

long
call_getsockopt(struct call *c)
{
	int level = (int)c->arg[1], name = (int)c->arg[2];
	uint8_t value[OPTION_ROOM];
	int room = 0, rc = caller_read(&c->caller, c->arg[4], &room, sizeof room);
	size_t len;

	if (rc)
		return rc;
	if (room < 0 && level != IPPROTO_IPV6) /* IPv6 takes it for a very large length */
		return -EINVAL;
	len = (size_t)room < sizeof value ? (size_t)room : sizeof value;
	if (c->fd < 0 && (settings_is_native(level, name) || asks_for_shown_error(c, level, name)))
		return CALL_CONTINUE;
	rc = asks_by_value(level, name) ? caller_read(&c->caller, c->arg[3], value, len) : 0;
	if (rc)
		return rc;
	if (level == SOL_SOCKET && name == SO_ERROR && c->rec->kind != SOCKREC_NETLINK) {
		int error = call_take_error(c);

		len = len < sizeof error ? len : sizeof error;
		memcpy(value, &error, len);
	} else if (c->rec->kind == SOCKREC_NETLINK) {
		rc = netlink_option(c, level, name, value, &len);
	} else if (settings_is_native(level, name)) {
		rc = native_option(c, level, name, value, &len);
	} else {
		rc = (int)refused(c, level, name, false, sock_getopt(c->rec->sk, level, name, value, &len));
	}
	return rc ? rc : caller_write_sized(&c->caller, c->arg[3], value, len, c->arg[4], (int)len);
}
