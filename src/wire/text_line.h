/*
 * wire/text_line.h - what text.c (frames and networks), text_transport.c and text_icmp.c (what
 * those carry) share.
 */
#ifndef WIRE_TEXT_LINE_H
#define WIRE_TEXT_LINE_H

#include "base/ipaddr.h"

#include <stddef.h>
#include <stdint.h>

/* A line that grows and never beyond its room. */
struct line {
	char *buf;
	size_t room, len;
};

__attribute__((format(printf, 2, 3))) void say(struct line *l, const char *format, ...);

/* " a > b", with no ports. */
void say_hosts(struct line *l, const struct ipaddr *src, const struct ipaddr *dst);

/* Some octets, of which only the first are at hand. */
struct run {
	const uint8_t *at;
	size_t have, len; /* have <= len */
};

/* What lies behind the first @n octets, which are at hand. */
struct run run_behind(struct run r, size_t n);

/* What did not parse: not all at hand, or wrong. */
void say_broken(struct line *l, struct run r);

/*
 * " a > b" with the ports of TCP and UDP where they are at hand. @r begins at the transport's
 * header.
 */
void say_flow(
    struct line *l, uint8_t proto, const struct ipaddr *src, const struct ipaddr *dst, struct run r);

/* All of what an IP packet carries, the flow and what follows. */
void say_transport(
    struct line *l, uint8_t proto, const struct ipaddr *src, const struct ipaddr *dst, struct run r);

void say_icmp4(struct line *l, struct run r);
void say_icmp6(struct line *l, struct run r);
void say_igmp(struct line *l, struct run r);

/* A short name, or NULL. */
const char *proto_name(uint8_t proto);

#endif
