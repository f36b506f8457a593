/*
 * serve/auth/known.h - credentials that were right a short time ago, as keyed hashes of 128 bits:
 * no password is kept. For serve/auth only.
 */
#ifndef SERVE_AUTH_KNOWN_H
#define SERVE_AUTH_KNOWN_H

#include "base/list.h"
#include "base/nsec.h"
#include "base/table.h"
#include "http/message/field.h"

struct auth_digest {
	uint64_t h[2];
};

struct auth_known {
	struct siphash_key key[2];
	struct table table;
	struct list old; /* the one that was right first is first */
};

/* 0, or -LEAT_ENOMEM. */
int known_init(struct auth_known *k, const struct siphash_key key[2]);
void known_fini(struct auth_known *k);

struct auth_digest known_digest(const struct auth_known *k, struct http_span name, struct http_span password);

static inline bool
known_same(const struct auth_digest *a, const struct auth_digest *b)
{
	return a->h[0] == b->h[0] && a->h[1] == b->h[1];
}

bool known_has(struct auth_known *k, const struct auth_digest *d, nsec_t now);

/* Without memory it is forgotten. */
void known_add(struct auth_known *k, const struct auth_digest *d, nsec_t now);

#endif
