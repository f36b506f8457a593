/*
 * run/socket/alias.h - what the program's 127.0.0.1 and ::1 mean.
 *
 * As a destination they mean the program's own listener or datagram socket on that port, if there
 * is one at that moment. Otherwise they mean the host's loopback, which is reached over the
 * emulated link as the gateway's own address. In names that the program asks for, that address is
 * shown as loopback again. Clients on the host's loopback that come through a published port are
 * shown as loopback too.
 */
#ifndef RUN_SOCKET_ALIAS_H
#define RUN_SOCKET_ALIAS_H

#include "run/socket/sockrec.h"

/* Rewrites the destination @to of @r if it means the host's loopback. Returns true if it does. */
bool alias_destination(struct sockrec *r, struct endpoint *to);

/*
 * Rewrites @to if it is one of the host's link-local name servers (fe80::1%eth0), to the address
 * that stands for it on the link. Returns true if it was one.
 */
bool alias_name_server(struct sockrec *r, struct endpoint *to);

/*
 * Rewrites @to, a loopback address, to the address on the link that stands for the host's loopback.
 */
void alias_outside(struct sockrec *r, struct endpoint *to);

/* Replaces the unspecified address by loopback, as Linux does for destinations. */
void alias_unspecified(struct endpoint *to);

/*
 * Returns true if a published port has led something to a socket on loopback: it came to @local, an
 * address on the link, and the socket is bound to @at. Then @local is rewritten to the loopback
 * address, and @r shows its own address and those of the host's clients as loopback from now on.
 */
bool alias_published(struct sockrec *r, const struct endpoint *at, struct endpoint *local);

/* Translate back: the source of a datagram, or the names of a connection. */
void alias_name_address(const struct sockrec *r, struct ipaddr *a);
void alias_name_remote(const struct sockrec *r, struct endpoint *e);
void alias_name_local(const struct sockrec *r, struct endpoint *e);

#endif
