/*
 * examples/two_hosts.c - two hosts in virtual time: one sends the other a file, over a link that loses frames.
 *
 * Usage: two_hosts FROM TO [SEED]. A minute of a bad link takes a moment, and the same SEED sends the same packets.
 */
#include <leat.h>

#include <stdio.h>
#include <stdlib.h>

struct sender {
	FILE *file;
	char buf[16384];
	size_t have, done;
};

struct receiver {
	FILE *file;
	size_t octets;
	int ended;
};

static void
on_sender(struct leat_sock *sock, void *arg)
{
	struct sender *s = arg;
	ssize_t n;

	while (leat_ready(sock) & LEAT_OUT) {
		if (s->done == s->have) {
			s->have = fread(s->buf, 1, sizeof s->buf, s->file);
			s->done = 0;
		}
		if (s->have == 0) {
			leat_close(sock); /* what was written is still sent */
			return;
		}
		n = leat_write(sock, s->buf + s->done, s->have - s->done);
		if (n < 0)
			return;
		s->done += (size_t)n;
	}
}

static void
on_receiver(struct leat_sock *sock, void *arg)
{
	struct receiver *r = arg;
	char buf[16384];
	ssize_t n;

	while ((n = leat_read(sock, buf, sizeof buf)) > 0)
		r->octets += fwrite(buf, 1, (size_t)n, r->file);
	if (n == -LEAT_EAGAIN)
		return;
	r->ended = n == 0;
	leat_close(sock);
}

static void
on_listener(struct leat_sock *listener, void *arg)
{
	struct leat_sock *child;

	while (leat_accept(listener, &child) == 0) {
		leat_watch(child, on_receiver, arg);
		on_receiver(child, arg);
	}
}

int
main(int argc, char **argv)
{
	struct sender from = {.file = argc > 2 ? fopen(argv[1], "rb") : NULL};
	struct receiver to = {.file = argc > 2 ? fopen(argv[2], "wb") : NULL};
	struct leat_impair bad = {.delay = 20000000 /* 20 ms */, .loss = 10000000 /* 1% */, .rate = 50000000};
	struct leat_sim *sim = leat_sim_new(argc > 3 ? strtoull(argv[3], NULL, 10) : 1);
	struct leat_stack *a = leat_sim_host(sim), *b = leat_sim_host(sim);
	struct leat_sock *listener, *sock;
	struct leat_iface *end[2];
	struct leat_addr at;

	if (!from.file || !to.file || leat_sim_link(sim, a, b, &bad, &bad, end))
		return 1;
	leat_iface_address(end[0], "10.0.0.1/24");
	leat_iface_address(end[1], "10.0.0.2/24");
	leat_addr_parse("10.0.0.2:80", &at);
	leat_socket(b, 0, LEAT_STREAM, &listener);
	leat_watch(listener, on_listener, &to);
	leat_socket(a, 0, LEAT_STREAM, &sock);
	leat_watch(sock, on_sender, &from);
	if (leat_bind(listener, &at) || leat_listen(listener, 1) ||
	    leat_connect(sock, &at) != -LEAT_EINPROGRESS)
		return 1;
	leat_sim_run(sim, 600000000000 /* ten minutes */);
	printf("%zu octets, %s\n", to.octets, to.ended ? "to the end" : "not all");
	leat_sim_free(sim);
	return fclose(to.file) == 0 && to.ended ? 0 : 1;
}
