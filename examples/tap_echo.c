/*
 * examples/tap_echo.c - a TCP echo server on a TAP device, with a network stack of its own.
 *
 * Usage: tap_echo TAP ADDRESS/BITS [PORT]. For instance, as root:
 *   ip tuntap add leat0 mode tap; ip addr add 10.9.0.1/24 dev leat0; ip link set leat0 up
 *   tap_echo leat0 10.9.0.2/24 & nc 10.9.0.2 7
 */
#include <leat.h>

#include <stdio.h>
#include <stdlib.h>

struct echo {
	char buf[16384];
	size_t have, done;
};

static void
end(struct leat_sock *sock, struct echo *e)
{
	leat_close(sock);
	free(e);
}

static void
on_client(struct leat_sock *sock, void *arg)
{
	struct echo *e = arg;
	ssize_t n;

	for (;;) {
		while (e->done < e->have) {
			n = leat_write(sock, e->buf + e->done, e->have - e->done);
			if (n == -LEAT_EAGAIN)
				return;
			if (n < 0) {
				end(sock, e);
				return;
			}
			e->done += (size_t)n;
		}
		n = leat_read(sock, e->buf, sizeof e->buf);
		if (n == -LEAT_EAGAIN)
			return;
		if (n <= 0) {
			end(sock, e);
			return;
		}
		e->have = (size_t)n;
		e->done = 0;
	}
}

static void
on_listener(struct leat_sock *listener, void *arg)
{
	struct leat_sock *child;

	while (leat_accept(listener, &child) == 0) {
		struct echo *e = calloc(1, sizeof *e);

		if (!e) {
			leat_abort(child);
			continue;
		}
		leat_watch(child, on_client, e);
		on_client(child, e); /* what came before there was a watcher is not told */
	}
}

int
main(int argc, char **argv)
{
	struct leat_stack *stack = leat_stack_new(NULL);
	struct leat_loop *loop = leat_loop_new();
	struct leat_sock *listener;
	struct leat_addr any = {.port = (uint16_t)(argc > 3 ? atoi(argv[3]) : 7)};
	struct leat_iface *iface;
	int err;

	if (argc < 3 || !stack || !loop)
		return 2;
	err = leat_loop_tap(loop, stack, argv[1], &iface);
	if (!err)
		err = leat_iface_address(iface, argv[2]);
	if (!err)
		err = leat_socket(stack, 1, LEAT_STREAM, &listener);
	if (!err && !(err = leat_bind(listener, &any)))
		err = leat_listen(listener, 64);
	if (err) {
		fprintf(stderr, "%s: %s\n", argv[1], leat_error_words(err));
		return 1;
	}
	leat_watch(listener, on_listener, NULL);
	leat_loop_run(loop);
	leat_stack_free(stack);
	leat_loop_free(loop);
	return 0;
}
