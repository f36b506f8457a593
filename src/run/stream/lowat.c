/*
 * run/stream/lowat.c - decides whether SO_RCVLOWAT keeps octets of a stream back. It moves no
 * octets.
 */
#include "run/stream/lowat.h"

#include "run/process/procfd.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { SPANS = 16 };

/*
 * Returns the low-water mark. It is at most a quarter of SO_RCVBUF, which is half of the window.
 * Linux has such a bound too: a mark above what the buffer holds would keep octets back for ever.
 */
static size_t
mark(const struct stream_rec *s)
{
	int room = 0;
	size_t len = sizeof room;

	if (sock_getopt(s->rec.sk, SOL_SOCKET, SO_RCVBUF, &room, &len) || s->lowat <= room / 4)
		return (size_t)s->lowat;
	return (size_t)(room / 4);
}

/* Returns true if an urgent octet has arrived. Reading ends at it, and poll(2) has to report it. */
static bool
has_urgent(const struct stream_rec *s)
{
	struct pkt_span span[SPANS];
	unsigned n = sock_peek(s->rec.sk, span, SPANS);
	size_t before = 0;

	for (unsigned i = 0; i < n; i++)
		before += span[i].len;
	return sock_at_mark(s->rec.sk) || (n < SPANS && before < sock_unread(s->rec.sk));
}

/*
 * Returns true if the program has read all that it was given. If not, its socket is readable
 * anyway.
 */
static bool
has_read_all(const struct stream_rec *s)
{
	int n = 0;

	return ioctl(s->rec.our_end.fd, SIOCOUTQ, &n) == 0 && n == 0;
}

/* Returns true if O_NONBLOCK is set on the descriptor of the last call that was answered for @s. */
static bool
never_waits(const struct stream_rec *s)
{
	if (s->rec.place.fd < 0 || !s->rec.inode ||
	    !procfd_leads_to(s->rec.place.tid, s->rec.place.fd, s->rec.inode))
		return false;
	return procfd_flags(s->rec.place.tid, s->rec.place.fd) & O_NONBLOCK;
}

bool
lowat_holds(const struct stream_rec *s)
{
	if (s->lowat <= 1 || s->rec.shut_rd || sock_unread(s->rec.sk) >= mark(s))
		return false;
	if (sock_ready(s->rec.sk) & (LEAT_RDHUP | LEAT_HUP | LEAT_ERR))
		return false;
	return !has_urgent(s) && has_read_all(s) && never_waits(s);
}

void
lowat_note(struct stream_rec *s, const void *value, size_t len)
{
	if (len >= sizeof s->lowat)
		memcpy(&s->lowat, value, sizeof s->lowat);
	if (s->lowat < 0)
		s->lowat = INT32_MAX;
}
