/*
 * serve/share/share.c - counters and tables of connections in shared memory.
 *
 * The bound on all workers is kept without a lock: a worker first writes its own connection down
 * and then reads what the others have. With a fence between the two, of two workers at least one
 * sees the other's.
 */
#include "serve/share/share.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

/*
 * A word of a table: the upper bits of the client's hash, and the number of its connections. 0: the
 * word is free. A client's word is in the bucket that the lower bits choose.
 */
enum { COUNT_BITS = 24, BUCKET = 16, BUCKETS_LEAST = 256, BUCKETS_MOST = 1 << 16 };
#define COUNT_MASK  ((1u << COUNT_BITS) - 1)
#define NOT_COUNTED UINT32_MAX

struct slot {
	_Alignas(64) _Atomic uint32_t conns;
	unsigned gauge[SHARE_GAUGES];
	_Alignas(64) uint64_t count[SHARE_COUNTS];
};

struct share {
	struct siphash_key key;
	size_t size; /* of the mapping */
	uint32_t buckets, slots;
	_Atomic uint32_t used; /* slots that have had a worker */
	struct slot slot[SHARE_SLOTS];
	_Alignas(4096) _Atomic uint64_t word[]; /* the tables, one after the other */
};

static uint32_t
buckets_for(unsigned conns)
{
	uint32_t n = BUCKETS_LEAST;

	while (n < BUCKETS_MOST && n * BUCKET < 4 * (uint64_t)conns)
		n *= 2;
	return n;
}

struct share *
share_new(unsigned slots, unsigned conns, const struct siphash_key *key)
{
	uint32_t buckets = buckets_for(conns);
	size_t size = sizeof(struct share) + slots * buckets * BUCKET * sizeof(uint64_t);
	struct share *s =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert(slots > 0 && slots <= SHARE_SLOTS);
	if (s == MAP_FAILED)
		return NULL;
	s->key = *key;
	s->size = size;
	s->buckets = buckets;
	s->slots = slots;
	return s;
}

void
share_free(struct share *s)
{
	if (s)
		munmap(s, s->size);
}

static _Atomic uint64_t *
table_of(struct share *s, unsigned slot)
{
	return s->word + (size_t)slot * s->buckets * BUCKET;
}

void
share_vacate(struct share *s, unsigned slot)
{
	_Atomic uint64_t *table = table_of(s, slot);
	size_t size = s->buckets * BUCKET * sizeof *table;

	if (slot >= s->used)
		s->used = slot + 1;
	else if (madvise((void *)table, size, MADV_REMOVE) < 0) /* gives the pages back */
		memset((void *)table, 0, size);
	s->slot[slot].conns = 0;
	memset(s->slot[slot].gauge, 0, sizeof s->slot[slot].gauge);
}

uint64_t *
share_counts(struct share *s, unsigned slot)
{
	return s->slot[slot].count;
}

uint64_t
share_sum(const struct share *s, unsigned count)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < s->used; i++)
		sum += __atomic_load_n(&s->slot[i].count[count], __ATOMIC_RELAXED);
	return sum;
}

unsigned *
share_gauges(struct share *s, unsigned slot)
{
	return s->slot[slot].gauge;
}

unsigned
share_gauge_all(const struct share *s, unsigned gauge)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < s->used; i++)
		sum += __atomic_load_n(&s->slot[i].gauge[gauge], __ATOMIC_RELAXED);
	return sum;
}

unsigned
share_conns(const struct share *s, unsigned slot)
{
	return atomic_load_explicit(&s->slot[slot].conns, memory_order_relaxed);
}

unsigned
share_conns_all(const struct share *s)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < s->used; i++)
		sum += share_conns(s, i);
	return sum;
}

static uint64_t
hash_of(const struct share *s, const struct ipaddr *client)
{
	return siphash13_two(&s->key, client->w[0], ipaddr_is4(client) ? client->w[1] : 0);
}

/* The part of a word that says whose it is; never 0. */
static uint64_t
owner_of(uint64_t hash)
{
	return (hash | (uint64_t)1 << COUNT_BITS) & ~(uint64_t)COUNT_MASK;
}

/* What @slot has for a client: its word, else a free one of its bucket, else NULL. */
static _Atomic uint64_t *
find(struct share *s, unsigned slot, uint64_t hash)
{
	_Atomic uint64_t *at = table_of(s, slot) + (hash & (s->buckets - 1)) * BUCKET, *unused = NULL;

	for (unsigned i = 0; i < BUCKET; i++) {
		uint64_t word = atomic_load_explicit(&at[i], memory_order_relaxed);

		if ((word & ~(uint64_t)COUNT_MASK) == owner_of(hash))
			return &at[i];
		if (word == 0 && !unused)
			unused = &at[i];
	}
	return unused;
}

static unsigned
conns_of_client(struct share *s, uint64_t hash)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < s->used; i++) {
		const _Atomic uint64_t *word = find(s, i, hash);

		if (word)
			sum += (unsigned)atomic_load_explicit(word, memory_order_relaxed) & COUNT_MASK;
	}
	return sum;
}

/* Each worker writes its own words only, so a load and a store are enough. */
static void
add(_Atomic uint64_t *word, uint64_t n)
{
	atomic_store_explicit(
	    word, atomic_load_explicit(word, memory_order_relaxed) + n, memory_order_relaxed);
}

static void
add_conn(struct share *s, unsigned slot, uint32_t n)
{
	atomic_store_explicit(&s->slot[slot].conns, share_conns(s, slot) + n, memory_order_relaxed);
}

static uint32_t
write_down(struct share *s, unsigned slot, uint64_t hash)
{
	_Atomic uint64_t *word = find(s, slot, hash);

	add_conn(s, slot, 1);
	if (!word)
		return NOT_COUNTED;
	add(word, atomic_load_explicit(word, memory_order_relaxed) == 0 ? owner_of(hash) + 1 : 1);
	return (uint32_t)(word - table_of(s, slot));
}

enum share_answer
share_enter(struct share *s, unsigned slot, const struct ipaddr *client, const struct share_most *most,
    uint32_t *place)
{
	uint64_t hash = hash_of(s, client);
	enum share_answer answer = SHARE_ADMITTED;

	*place = write_down(s, slot, hash);
	atomic_thread_fence(memory_order_seq_cst);
	if (share_conns_all(s) > most->all)
		answer = SHARE_FULL;
	else if (most->of_client && *place != NOT_COUNTED && conns_of_client(s, hash) > most->of_client)
		answer = SHARE_CLIENT_FULL;
	if (answer != SHARE_ADMITTED)
		share_leave(s, slot, *place);
	return answer;
}

void
share_leave(struct share *s, unsigned slot, uint32_t place)
{
	_Atomic uint64_t *word;

	add_conn(s, slot, UINT32_MAX);
	if (place == NOT_COUNTED)
		return;
	word = table_of(s, slot) + place;
	if ((atomic_load_explicit(word, memory_order_relaxed) & COUNT_MASK) > 1)
		add(word, UINT64_MAX);
	else
		atomic_store_explicit(word, 0, memory_order_relaxed);
}
