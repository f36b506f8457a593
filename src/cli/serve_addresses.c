/*
 * cli/serve_addresses.c - prints the addresses of a server, and one of them as a QR code.
 */
#include "cli/serve_addresses.h"

#include "cli/common/error.h"
#include "host/local_addr.h"
#include "host/sockaddr.h"
#include "serve/qr/qr.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

static void
print_url(const struct endpoint *at)
{
	char text[ENDPOINT_TEXT];

	fprintf(stderr, "  http://%s/\n", endpoint_text(at, text));
}

/* The addresses of this machine that other machines may know, of the family of @at. */
static void
print_urls_of_all(const struct endpoint *at)
{
	struct ifaddrs *all, *i;
	struct endpoint e;

	e = (struct endpoint){
	    .addr = ipaddr_is4(&at->addr) ? IPADDR_LOOPBACK4 : IPADDR_LOOPBACK6, .port = at->port};
	print_url(&e);
	if (getifaddrs(&all) < 0)
		return;
	for (i = all; i; i = i->ifa_next) {
		if (!i->ifa_addr || !(i->ifa_flags & IFF_UP) || !endpoint_from_sockaddr(&e, i->ifa_addr))
			continue;
		e.port = at->port;
		if (ipaddr_is4(&e.addr) == ipaddr_is4(&at->addr) && !ipaddr_is_loopback(&e.addr) &&
		    !ipaddr_is_link_local(&e.addr))
			print_url(&e);
	}
	freeifaddrs(all);
}

void
serve_addresses_print(const char *folder, const struct process_plan *plan)
{
	char *path = realpath(folder, NULL);

	fprintf(stderr, "leat serve: %s is served at\n", path ? path : folder);
	for (unsigned i = 0; i < plan->addresses; i++) {
		if (plan->at[i].port == 0)
			continue;
		if (ipaddr_is_any(&plan->at[i].addr))
			print_urls_of_all(&plan->at[i]);
		else
			print_url(&plan->at[i]);
	}
	free(path);
}

static void
print_code(const char *url)
{
	static struct qr_code code;
	static char text[QR_TERMINAL_MOST];
	struct http_writer w = http_writer(text, sizeof text);
	int e = qr_make(http_span_of(url), &code);

	if (e < 0) {
		error_line("serve", "--qr: no memory for the code");
		return;
	}
	qr_put_terminal(&w, &code);
	fwrite(text, 1, w.len, stderr);
	fprintf(stderr, "  %s\n", url);
}

void
serve_addresses_print_qr(const struct process_plan *plan)
{
	char text[ENDPOINT_TEXT], url[ENDPOINT_TEXT + 16];
	struct endpoint e;

	if (!local_endpoint_for_others(plan->at, plan->addresses, &e)) {
		error_line(
		    "serve", "--qr: this server has no address that a phone can open; bind one of a network");
		return;
	}
	snprintf(url, sizeof url, "http://%s/", endpoint_text(&e, text));
	print_code(url);
}
