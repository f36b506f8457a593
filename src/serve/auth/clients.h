/*
 * serve/auth/clients.h - how many passwords each client may still try. A client is an IPv4 address
 * or the /64 of an IPv6 address. For serve/auth only.
 */
#ifndef SERVE_AUTH_CLIENTS_H
#define SERVE_AUTH_CLIENTS_H

#include "base/ipaddr.h"
#include "base/list.h"
#include "base/nsec.h"
#include "base/table.h"

struct auth_clients {
	struct table table;
	struct list old; /* the one that tried longest ago is first */
};

/* 0, or -LEAT_ENOMEM. */
int clients_init(struct auth_clients *c, const struct siphash_key *key);
void clients_fini(struct auth_clients *c);

/*
 * Takes one try of @addr. Returns false if it has none left. Without memory it has; the number of
 * questions is bounded elsewhere.
 */
bool clients_try(struct auth_clients *c, const struct ipaddr *addr, nsec_t now);

/* Gives a try back: the password was right, or was not checked. */
void clients_right(struct auth_clients *c, const struct ipaddr *addr);

#endif
