/*
 * tap_echo TAP ADDRESS/BITS [PORT] - a TCP echo server as a host of its own on a TAP device, on
 * this machine's clock. For example, as root:
 *
 *   ip tuntap add leat0 mode tap; ip addr add 10.9.0.1/24 dev leat0; ip link set leat0 up
 *   tap_echo leat0 10.9.0.2/24 & nc 10.9.0.2 7
 */
#include <leat.h>

#include <stdio.h>
#include <stdlib.h>

/* Sends octets back from where they lie in the receive buffer, without a copy of our own. */
static void
on_client(struct leat_sock *sock, void *arg)
{
	struct leat_span span;
	ssize_t n;

	while (leat_sock_peek(sock, &span, 1)) {
		n = leat_sock_send(sock, span.data, span.len, 0, NULL);
		if (n == -LEAT_EAGAIN)
			return;
		if (n < 0) {
			leat_sock_close(sock);
			return;
		}
		leat_sock_consume(sock, (size_t)n);
	}
	if (leat_sock_ready(sock) &
	    (LEAT_IN | LEAT_ERR | LEAT_HUP)) /* readable, but nothing to read: the end */
		leat_sock_close(sock);
}

static void
on_listener(struct leat_sock *listener, void *arg)
{
	struct leat_sock *child;

	while (leat_sock_accept(listener, &child) == 0) {
		leat_sock_watch(child, on_client, NULL);
		/* What happened before leat_sock_watch() is not reported. */
		on_client(child, NULL);
	}
}

static int
open_tap(struct leat_loop *loop, struct leat_stack *stack, const char *name, const char *address)
{
	struct leat_tap_config config = {.size = sizeof config, .name = name};
	struct leat_prefix prefix;
	struct leat_iface *iface;
	int err = leat_prefix_parse(address, &prefix);

	if (!err)
		err = leat_tap_open(loop, stack, &config, &iface);
	return err ? err : leat_iface_addr_add(iface, &prefix, 0);
}

static int
listen_on(struct leat_stack *stack, uint16_t port)
{
	struct leat_addr any = {.port = port};
	struct leat_sock *listener;
	int err = leat_sock_open(stack, LEAT_INET6, LEAT_STREAM, &listener); /* LEAT_INET6 also takes IPv4 */

	if (!err)
		err = leat_sock_bind(listener, &any);
	if (!err)
		err = leat_sock_listen(listener, 64);
	if (!err)
		leat_sock_watch(listener, on_listener, NULL);
	return err;
}

int
main(int argc, char **argv)
{
	struct leat_stack *stack;
	struct leat_loop *loop;
	int err;

	if (argc < 3 || leat_stack_new(NULL, &stack) || leat_loop_new(&loop) ||
	    leat_loop_add_stack(loop, stack))
		return 2;
	err = open_tap(loop, stack, argv[1], argv[2]);
	if (!err)
		err = listen_on(stack, (uint16_t)(argc > 3 ? atoi(argv[3]) : 7));
	if (err) {
		fprintf(stderr, "tap_echo: %s: %s\n", argv[1], leat_error_words(err));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	leat_loop_run(loop);
	leat_stack_free(stack);
	leat_loop_free(loop);
	return 0;
}
