/*
 * run/proxy/dgram_tag.c - makes, shares and reads the tags of datagrams: files in memory that hold
 * one struct each. It does not know who receives the datagram.
 */
#include "run/proxy/dgram_tag.h"

#include "host/fd_budget.h"
#include "sock/sock.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static int
write_tag(const struct dgram_tag *t)
{
	int fd = memfd_create("leat", MFD_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	if (pwrite(fd, t, sizeof *t, 0) == (ssize_t)sizeof *t)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

int
dgram_tag_new(const struct sock_msg *msg)
{
	struct dgram_tag t = {KNOWN_ALL, msg->peer, msg->local, msg->ttl, msg->tos, {0}};

	clock_gettime(CLOCK_REALTIME, &t.at);
	return write_tag(&t);
}

static void
close_shared(struct dgram_tags *tags, struct dgram_shared *s, struct fd_budget *fds)
{
	if (!s->open)
		return;
	fd_budget_close(fds, s->fd);
	s->open = false;
	tags->held--;
}

bool
dgram_tags_close(struct dgram_tags *tags, struct fd_budget *fds)
{
	bool any = tags->held;

	for (unsigned i = 0; i < DGRAM_TAGS; i++)
		close_shared(tags, &tags->shared[i], fds);
	return any;
}

/* Returns the entry for a source. Sources with the same hash take the entry from one another. */
static struct dgram_shared *
entry_of(struct dgram_tags *tags, const struct endpoint *peer)
{
	uint64_t h = (peer->addr.w[0] ^ peer->addr.w[1] ^ peer->port) * 0x9e3779b97f4a7c15u;

	return &tags->shared[h >> 58];
}

int
dgram_tag_shared(struct dgram_tags *tags, struct fd_budget *fds, const struct endpoint *peer)
{
	struct dgram_tag t = {.known = KNOWN_PEER, .peer = *peer};
	struct dgram_shared *s = entry_of(tags, peer);
	int fd;

	if (s->open && ipaddr_eq(&s->peer.addr, &peer->addr) && s->peer.port == peer->port &&
	    s->peer.ifindex == peer->ifindex)
		return s->fd;
	close_shared(tags, s, fds);
	fd = fd_budget_take(fds, write_tag(&t));
	if (fd < 0 && fd_budget_ran_out(fd) && dgram_tags_close(tags, fds))
		fd = fd_budget_take(fds, write_tag(&t));
	if (fd < 0)
		return fd;
	*s = (struct dgram_shared){true, *peer, fd};
	tags->held++;
	return fd;
}

struct dgram_tag
dgram_tag_read(int fd)
{
	struct dgram_tag t;

	if (pread(fd, &t, sizeof t, 0) != (ssize_t)sizeof t)
		t = (struct dgram_tag){.known = KNOWN_NOTHING};
	close(fd);
	return t;
}
