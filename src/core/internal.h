/*
 * core/internal.h - what the files of core/ tell one another, and nobody else.
 */
#ifndef CORE_INTERNAL_H
#define CORE_INTERNAL_H

#include "core/core.h"

struct routes;
struct pmtu;
struct neigh_table;

/* NULL without memory. */
struct routes *routes_new(void);
void routes_free(struct routes *routes);

/* What a struct path says may have changed. */
void routes_changed(struct core *core);

/*
 * The source to use towards @dst by way of @next_hop on @iface, NULL when there is none (RFC 6724,
 * 5).
 */
const struct ipaddr *source_select(
    struct core *core, const struct iface *iface, const struct ipaddr *dst, const struct ipaddr *next_hop);

struct pmtu *pmtu_new(struct core *core);
void pmtu_free(struct pmtu *pmtu);

/* What is known of the way to @dst; 0 = nothing. */
uint32_t pmtu_find(const struct pmtu *pmtu, const struct ipaddr *dst);

struct neigh_table *neigh_table_new(struct core *core);

/* Packets that still wait are freed. */
void neigh_table_free(struct neigh_table *table);

#endif
