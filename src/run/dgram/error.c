/*
 * run/dgram/error.c - shows POLLERR at the program's end of a datagram socket while errors are
 * pending, and clears it. It does not find errors: the stack does.
 */
#include "run/dgram/error.h"

#include "core/errq.h"
#include "run/dgram/dgram.h"
#include "run/dgram/report.h"
#include "run/socket/alias.h"
#include "run/socket/holder.h"

#include <poll.h>
#include <sys/socket.h>

static const struct sockaddr no_peer = {.sa_family = AF_UNSPEC};

static bool
shows(int fd)
{
	struct pollfd p = {.fd = fd, .events = 0};

	return poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

static bool
wanted(const struct dgram_rec *d)
{
	return d->rec.error || d->reports.count || (d->rec.sk && (sock_ready(d->rec.sk) & LEAT_ERR)) ||
	       (d->host_sk && (sock_ready(d->host_sk) & LEAT_ERR));
}

/* Gives @own an error: @ours, its peer, dissolves the association with an octet unread. */
static void
break_off(int ours, int own)
{
	send(own, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)connect(ours, &no_peer, sizeof no_peer);
}

/*
 * Shows an error at the program's end @own. Our end has no peer for a moment, and any process that
 * finds its name can send to it. So only what @own has sent is taken afterwards. Our end is not
 * shut meanwhile: the program may wake up and send, which would be lost.
 */
static void
show_error(struct dgram_rec *d, int own)
{
	dgram_flush_from(d, own);
	break_off(d->rec.our_end.fd, own);
	unix_connect_handle(d->rec.our_end.fd, d->rec.handle);
	dgram_flush_from(d, own);
}

static void
clear(int own)
{
	int error;
	socklen_t len = sizeof error;

	getsockopt(own, SOL_SOCKET, SO_ERROR, &error, &len);
}

/* Notes whether a native call has reported the error, as the kernel's ECONNRESET. */
static void
note_reported(struct dgram_rec *d, int own)
{
	if (d->error_raised && !shows(own)) {
		d->error_raised = false;
		d->rec.error = 0;
	}
}

void
dgram_error_show(struct dgram_rec *d, int fd)
{
	int own = fd;
	bool want;

	if ((!wanted(d) && !d->error_raised) || d->rec.our_end.fd < 0)
		return;
	if (own < 0)
		own = holder_borrow(&d->rec);
	if (own < 0)
		return;
	note_reported(d, own);
	want = wanted(d);
	if (want && !shows(own))
		show_error(d, own);
	else if (!want)
		clear(own);
	d->error_raised = want;
	if (own != fd)
		close(own);
}

void
dgram_error_set(struct dgram_rec *d, int error)
{
	d->rec.error = error;
	d->error_raised = false; /* if an error was shown, it was an earlier one */
	dgram_error_show(d, -1);
}

int
dgram_error_take(struct dgram_rec *d, int fd)
{
	int error;

	note_reported(d, fd);
	error = d->rec.error;
	d->rec.error = 0;
	dgram_error_show(d, fd);
	return error;
}

static int
taken_from(struct sock *sk)
{
	int error = 0;
	size_t len = sizeof error;

	sock_getopt(sk, SOL_SOCKET, SO_ERROR, &error, &len);
	return error;
}

ssize_t
dgram_error_take_queued(
    struct dgram_rec *d, int fd, void *buf, size_t len, struct queued_error *queued, size_t *full)
{
	struct dgram_error *out = &queued->error;
	struct sock *sk = d->rec.sk;
	ssize_t n = sk ? sock_recv_error(sk, buf, len, out, full) : -LEAT_EAGAIN;
	int next;

	queued->stamped = false;
	queued->data = 0;
	if (n == -LEAT_EAGAIN && d->host_sk) {
		sk = d->host_sk;
		n = sock_recv_error(sk, buf, len, out, full);
	}
	if (n == -LEAT_EAGAIN) {
		n = dgram_report_take(d, buf, len, queued, full);
		dgram_error_show(d, fd);
		return n;
	}
	if (n < 0)
		return n;
	alias_name_remote(&d->rec, &out->peer);
	alias_name_address(&d->rec, &out->offender);
	/*
	 * The stack's pending error is in d->rec.error since it was reported. errq_take() says
	 * which error is pending next.
	 */
	next = taken_from(sk);
	if (next || out->origin != ERRQ_LOCAL)
		d->rec.error = next;
	dgram_error_show(d, fd);
	return n;
}
