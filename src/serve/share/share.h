/*
 * serve/share/share.h - what the workers of a server have in common: counters, and how many
 * connections there are, of each client and in all.
 *
 * It lies in memory that processes share. Each worker has a slot that it alone writes. So there are
 * no locks, and a worker that crashes leaves nothing undone: its counters stay, and its connections
 * are forgotten by one call. It knows no processes; a server without workers uses one slot.
 *
 * A client is an IPv4 address, or the /64 of an IPv6 address, of which one person has all. It is
 * known by a keyed hash, and each slot has a table of these with a fixed size. If a part of the
 * table is full, which needs many times the connections that it was made for, a client is not
 * counted.
 */
#ifndef SERVE_SHARE_SHARE_H
#define SERVE_SHARE_SHARE_H

#include "base/ipaddr.h"
#include "base/siphash.h"

#include <stdint.h>

enum { SHARE_COUNTS = 64, SHARE_GAUGES = 4, SHARE_SLOTS = 128 };

struct share;

/*
 * Makes memory with @slots (at most SHARE_SLOTS) that processes made by fork(2) share. The tables
 * are made for @conns connections of different clients in each slot. NULL without memory.
 */
struct share *share_new(unsigned slots, unsigned conns, const struct siphash_key *key);
void share_free(struct share *s);

/*
 * Forgets the connections and gauges of @slot, which has no worker now. Call it before a worker
 * uses the slot and after it has ended. The counters stay: the next worker goes on with them.
 */
void share_vacate(struct share *s, unsigned slot);

/*
 * The counters of @slot, of which only its worker writes. Their meaning is the server's.
 * share_sum() adds up what all slots have for one of them; it never falls.
 */
uint64_t *share_counts(struct share *s, unsigned slot);
uint64_t share_sum(const struct share *s, unsigned count);

/*
 * What a slot has under way of each kind, of which only its worker writes; share_vacate() sets
 * them to 0. Their meaning is the server's. share_gauge_all() adds up what all slots have of one. A
 * bound that is checked before one more begins is exceeded by one for each other worker at most.
 */
unsigned *share_gauges(struct share *s, unsigned slot);
unsigned share_gauge_all(const struct share *s, unsigned gauge);

/* The connections of one slot, and of all. */
unsigned share_conns(const struct share *s, unsigned slot);
unsigned share_conns_all(const struct share *s);

/* Connections at one time over all slots. */
struct share_most {
	unsigned all;
	unsigned of_client; /* 0: no bound */
};

enum share_answer { SHARE_ADMITTED, SHARE_FULL, SHARE_CLIENT_FULL };

/*
 * Counts one more connection of @client in @slot, unless there are too many. Then share_leave() is
 * to be called at its end with @place. No bound is ever exceeded; of two workers that take the last
 * place at the same moment, both may be refused it.
 */
enum share_answer share_enter(struct share *s, unsigned slot, const struct ipaddr *client,
    const struct share_most *most, uint32_t *place);
void share_leave(struct share *s, unsigned slot, uint32_t place);

#endif
