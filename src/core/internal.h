/*
 * core/internal.h - functions that the files of core/ share. Private to core/.
 */
#ifndef CORE_INTERNAL_H
#define CORE_INTERNAL_H

#include "core/core.h"

struct routes;
struct pmtu;
struct neigh_table;

/* Returns NULL without memory. */
struct routes *routes_new(void);
void routes_free(struct routes *routes);

/* Marks every struct path as possibly outdated. */
void routes_changed(struct core *core);

/*
 * Returns the source address to use towards @dst through @next_hop on @iface, or NULL if there is
 * none (RFC 6724, 5).
 */
const struct ipaddr *source_select(
    struct core *core, const struct iface *iface, const struct ipaddr *dst, const struct ipaddr *next_hop);

struct pmtu *pmtu_new(struct core *core);
void pmtu_free(struct pmtu *pmtu);

/* Returns the learned MTU of the path to @dst, or 0 if none is known. */
uint32_t pmtu_find(const struct pmtu *pmtu, const struct ipaddr *dst);

struct neigh_table *neigh_table_new(struct core *core);

/* Frees the table, and the packets that wait in it. */
void neigh_table_free(struct neigh_table *table);

#endif
