/*
 * two_hosts FROM TO [SEED] - two hosts in virtual time: one sends a file to the other over a link
 * that loses frames.
 *
 * Minutes on a bad link take a moment, and the same SEED sends the same packets. Exits 0 if the
 * file arrived unchanged.
 */
#include <leat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
	struct leat_sim *sim;
	FILE *from, *to, *check;
	unsigned long octets, again;
	int whole; /* the whole file has arrived unchanged */
} t;

static void
on_sender(struct leat_sock *sock, void *arg)
{
	ssize_t room;
	size_t n;
	void *at; /* in the send buffer itself */

	while (
	    (room = leat_sock_reserve(sock, 65536, &at)) > 0 && (n = fread(at, 1, (size_t)room, t.from)) > 0)
		leat_sock_commit(sock, n);
	if (room != 0)
		leat_sock_close(sock); /* what was written is still sent */
}

static void
on_receiver(struct leat_sock *sock, void *arg)
{
	char got[4096], sent[4096];
	ssize_t n;

	while ((n = leat_sock_recv(sock, got, sizeof got, 0, NULL)) > 0) {
		t.octets += fwrite(got, 1, (size_t)n, t.to);
		if (fread(sent, 1, (size_t)n, t.check) != (size_t)n || memcmp(got, sent, (size_t)n) != 0)
			break;
	}
	if (n == -LEAT_EAGAIN)
		return;
	t.whole = n == 0 && fgetc(t.check) == EOF;
	leat_sim_stop(t.sim); /* leat_sim_free() then ends what is open */
}

static void
on_listener(struct leat_sock *listener, void *arg)
{
	struct leat_sock *child;

	if (leat_sock_accept(listener, &child) == 0) {
		leat_sock_watch(child, on_receiver, NULL);
		/* What happened before leat_sock_watch() is not reported. */
		on_receiver(child, NULL);
	}
}

static void
on_retransmission(void *arg, const struct leat_event *event)
{
	t.again++;
}

int
main(int argc, char **argv)
{
	struct leat_impair bad = {.size = sizeof bad, .delay = 20 * LEAT_MSEC, .loss = LEAT_PERCENT(1)};
	struct leat_link_config config = {.size = sizeof config, .up = &bad};
	struct leat_sock *listener, *sock;
	struct leat_stack *a, *b;
	struct leat_link *link;
	struct leat_prefix p;
	struct leat_addr at;

	if (argc < 3 || !(t.from = fopen(argv[1], "rb")) || !(t.check = fopen(argv[1], "rb")) ||
	    !(t.to = fopen(argv[2], "wb")) ||
	    leat_sim_new(argc > 3 ? strtoull(argv[3], NULL, 10) : 1, &t.sim) ||
	    leat_sim_add_host(t.sim, 0, &a) || leat_sim_add_host(t.sim, 0, &b) ||
	    leat_sim_link(t.sim, a, b, &config, &link) || leat_addr_parse("10.0.0.2:80", &at) ||
	    leat_prefix_parse("10.0.0.1/24", &p) || leat_iface_addr_add(leat_link_iface(link, 0), &p, 0) ||
	    leat_prefix_parse("10.0.0.2/24", &p) || leat_iface_addr_add(leat_link_iface(link, 1), &p, 0) ||
	    leat_sock_open(b, LEAT_INET, LEAT_STREAM, &listener) || leat_sock_bind(listener, &at) ||
	    leat_sock_listen(listener, 1) || leat_sock_open(a, LEAT_INET, LEAT_STREAM, &sock) ||
	    leat_sock_connect(sock, &at) != -LEAT_EINPROGRESS)
		return 2;
	leat_sock_watch(listener, on_listener, NULL);
	leat_sock_watch(sock, on_sender, NULL);
	leat_stack_watch(a, 1u << LEAT_EVENT_TCP_RETX, on_retransmission, NULL);
	leat_sim_run(t.sim, 3600 * LEAT_SEC);
	printf(
	    "%lu octets in %.6f s, %lu sent again\n", t.octets, (double)leat_sim_now(t.sim) / 1e9, t.again);
	leat_sim_free(t.sim);
	return fclose(t.to) == 0 && t.whole ? 0 : 1;
}
