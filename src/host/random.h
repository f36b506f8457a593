/*
 * host/random.h - random octets that no one can predict, from the kernel: getrandom(2).
 */
#ifndef HOST_RANDOM_H
#define HOST_RANDOM_H

#include "base/siphash.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Fills @buf with @len random octets. It cannot fail: if the kernel has no generator, it ends the
 * process, because every secret could be predicted.
 */
void random_fill(void *buf, size_t len);

/* Returns a seed, for a run whose user gave none. */
uint64_t random_seed(void);

/* Returns a secret key for hashes, initial sequence numbers and ports. */
struct siphash_key random_key(void);

#endif
