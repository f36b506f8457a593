/*
 * host/random.h - what nobody may guess: the machine's generator, getrandom(2).
 */
#ifndef HOST_RANDOM_H
#define HOST_RANDOM_H

#include "base/siphash.h"

#include <stddef.h>
#include <stdint.h>

/*
 * @len octets at @buf. Does not fail: a machine without a generator ends the process, since every
 * secret would be known.
 */
void random_fill(void *buf, size_t len);

/* A seed, for runs whose user named none. */
uint64_t random_seed(void);

/* A secret for hashes, ISNs and ports. */
struct siphash_key random_key(void);

#endif
