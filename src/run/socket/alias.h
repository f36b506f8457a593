/*
 * run/socket/alias.h - what the program's 127.0.0.1 and ::1 mean. They are its own listener or
 * datagram socket on that port if there is one at that moment; otherwise the host's loopback,
 * reached over the emulated link as the gateway's own address. In names that the program asks for,
 * it is loopback again. The same holds for clients from there that a published port leads to the
 * program's loopback.
 */
#ifndef RUN_SOCKET_ALIAS_H
#define RUN_SOCKET_ALIAS_H

#include "run/socket/sockrec.h"

/* Rewrite the destination @to of @r where it means the host's loopback; true if it does. */
bool alias_destination(struct sockrec *r, struct endpoint *to);

/*
 * One of the host's link-local name servers (fe80::1%eth0) becomes what stands for it on the link.
 * True if @to was one.
 */
bool alias_name_server(struct sockrec *r, struct endpoint *to);

/* Rewrites @to, a loopback address, to what the gateway takes for the host's loopback. */
void alias_outside(struct sockrec *r, struct endpoint *to);

/* Replaces the unspecified address by loopback, as Linux does for destinations. */
void alias_unspecified(struct endpoint *to);

/*
 * Returns true if what came to @local, an address on the link, was taken by a socket that is bound
 * to loopback, at @at (a published port). Then @r shows loopback addresses from now on: its own,
 * for which @local is rewritten, and those of the host's clients on loopback.
 */
bool alias_published(struct sockrec *r, const struct endpoint *at, struct endpoint *local);

/* Rewrite the source of a datagram, or the names of a connection, back. */
void alias_name_address(const struct sockrec *r, struct ipaddr *a);
void alias_name_remote(const struct sockrec *r, struct endpoint *e);
void alias_name_local(const struct sockrec *r, struct endpoint *e);

#endif
