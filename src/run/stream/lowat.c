/*
 * run/stream/lowat.c - decides whether octets of a stream are kept back because of SO_RCVLOWAT. It
 * moves no octets.
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
 * The mark is at most a quarter of what SO_RCVBUF says, which is half of the window. Linux has such
 * a bound, too: a mark that the buffer cannot reach would keep the octets for good.
 */
static size_t
mark(const struct sockrec *d)
{
	int room = 0;
	size_t len = sizeof room;

	if (sock_getopt(d->sk, SOL_SOCKET, SO_RCVBUF, &room, &len) || d->lowat <= room / 4)
		return (size_t)d->lowat;
	return (size_t)(room / 4);
}

/* Returns true if an urgent octet is there: reading ends at it, and poll(2) has to report it. */
static bool
has_urgent(const struct sockrec *d)
{
	struct pkt_span span[SPANS];
	unsigned n = sock_peek(d->sk, span, SPANS);
	size_t before = 0;

	for (unsigned i = 0; i < n; i++)
		before += span[i].len;
	return sock_at_mark(d->sk) || (n < SPANS && before < sock_unread(d->sk));
}

/*
 * Returns true if the program has read what it was given. If it has not, its socket is readable
 * anyway.
 */
static bool
has_read_all(const struct sockrec *d)
{
	int n = 0;

	return ioctl(d->our_end.fd, SIOCOUTQ, &n) == 0 && n == 0;
}

/*
 * Returns true if O_NONBLOCK is set on the descriptor that the program last used for a call that we
 * answered.
 */
static bool
never_waits(const struct sockrec *d)
{
	if (d->tid_fd < 0 || !d->inode || !procfd_leads_to(d->tid, d->tid_fd, d->inode))
		return false;
	return procfd_flags(d->tid, d->tid_fd) & O_NONBLOCK;
}

bool
lowat_holds(const struct sockrec *d)
{
	if (d->lowat <= 1 || d->shut_rd || sock_unread(d->sk) >= mark(d))
		return false;
	if (sock_ready(d->sk) & (LEAT_RDHUP | LEAT_HUP | LEAT_ERR))
		return false;
	return !has_urgent(d) && has_read_all(d) && never_waits(d);
}

void
lowat_note(struct sockrec *d, const void *value, size_t len)
{
	if (len >= sizeof d->lowat)
		memcpy(&d->lowat, value, sizeof d->lowat);
	if (d->lowat < 0)
		d->lowat = INT32_MAX;
}
