/*
 * run/socket/settings.c - keeps the socket options that the program has set, and sets them on
 * another socket. It does not check values: the first socket did.
 */
#include "run/socket/settings.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { SETTING_MAX = 64, SETTINGS_MOST = 64, LIMIT_MOST_S = 1 << 30 };

struct setting {
	struct list node;
	int level, name;
	size_t len;
	uint8_t value[SETTING_MAX];
};

/*
 * Returns true if each call with this option adds to the earlier ones, instead of replacing them.
 */
static bool
adds_up(int level, int name)
{
	return (level == IPPROTO_IP && name >= IP_ADD_MEMBERSHIP && name <= MCAST_MSFILTER) ||
	       (level == IPPROTO_IPV6 && (name == IPV6_JOIN_GROUP || name == IPV6_LEAVE_GROUP ||
					     (name >= MCAST_JOIN_GROUP && name <= MCAST_MSFILTER)));
}

bool
settings_is_native(int level, int name)
{
	return level == SOL_SOCKET &&
	       (name == SO_RCVTIMEO || name == SO_SNDTIMEO || name == SO_RCVLOWAT || name == SO_OOBINLINE);
}

static struct setting *
find(struct sockrec *r, int level, int name)
{
	unsigned n = 0;

	list_each(at, &r->settings) {
		struct setting *s = container_of(at, struct setting, node);

		if (s->level == level && s->name == name && !adds_up(level, name))
			return s;
		n++;
	}
	return n == SETTINGS_MOST ? list_first(&r->settings, struct setting, node) : NULL;
}

void
settings_note(struct sockrec *r, int level, int name, const void *value, size_t len)
{
	struct setting *s;

	if (len > SETTING_MAX)
		return;
	s = find(r, level, name);
	if (s)
		list_del(&s->node);
	else
		s = calloc(1, sizeof *s);
	if (!s)
		return;
	s->level = level;
	s->name = name;
	s->len = len;
	memcpy(s->value, value, len);
	list_push(&r->settings, &s->node);
}

nsec_t
settings_limit_of(const struct timeval *tv)
{
	if ((!tv->tv_sec && !tv->tv_usec) || tv->tv_sec > LIMIT_MOST_S)
		return NSEC_NEVER;
	return tv->tv_sec < 0 ? 0 : tv->tv_sec * SEC + tv->tv_usec * USEC;
}

nsec_t
settings_wait_limit(const struct sockrec *r, int name)
{
	struct timeval tv = {0};

	list_each(at, &r->settings) {
		const struct setting *s = container_of(at, const struct setting, node);

		if (s->level == SOL_SOCKET && s->name == name && s->len >= sizeof tv)
			memcpy(&tv, s->value, sizeof tv);
	}
	return settings_limit_of(&tv);
}

void
settings_apply(const struct sockrec *r, struct sock *sk)
{
	list_each(at, &r->settings) {
		const struct setting *s = container_of(at, const struct setting, node);

		if (!settings_is_native(s->level, s->name))
			sock_setopt(sk, s->level, s->name, s->value, s->len);
	}
}

void
settings_apply_native(const struct sockrec *r, int fd)
{
	list_each(at, &r->settings) {
		const struct setting *s = container_of(at, const struct setting, node);

		if (settings_is_native(s->level, s->name))
			setsockopt(fd, s->level, s->name, s->value, (socklen_t)s->len);
	}
}

void
settings_inherit(struct sockrec *r, const struct sockrec *from)
{
	list_each(at, &from->settings) {
		const struct setting *s = container_of(at, const struct setting, node);

		settings_note(r, s->level, s->name, s->value, s->len);
	}
}

void
settings_forget(struct sockrec *r)
{
	struct list *n;

	while ((n = list_pop(&r->settings)))
		free(container_of(n, struct setting, node));
}
