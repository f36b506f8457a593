/*
 * get/keep/sha256.h - the SHA-256 of octets that come in pieces (FIPS 180-4), to tell a file that
 * is not the one that was wanted. It is no part of any protocol here, and guards no secret.
 */
#ifndef GET_KEEP_SHA256_H
#define GET_KEEP_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_LEN = 32, SHA256_BLOCK = 64, SHA256_TEXT = 65 };

struct sha256 {
	uint32_t h[8];
	uint64_t len; /* octets that were added */
	uint8_t block[SHA256_BLOCK];
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *octets, size_t n);
void sha256_end(struct sha256 *s, uint8_t digest[static SHA256_LEN]);

/* Reads 64 hexadecimal digits of either case. Returns false for anything else. */
bool sha256_read(const char *text, uint8_t digest[static SHA256_LEN]);

/* Writes 64 digits and a zero; returns @text. */
char *sha256_write(const uint8_t digest[static SHA256_LEN], char text[static SHA256_TEXT]);

/*
 * The compression of @n blocks, as all processors can do it, and as those of x86 with the extension
 * SHA can. For sha256.c and its test alone.
 */
void sha256_blocks_plain(uint32_t h[static 8], const uint8_t *at, size_t n);
#if defined(__x86_64__)
#define SHA256_HAS_X86 1
bool sha256_x86_usable(void);
void sha256_blocks_x86(uint32_t h[static 8], const uint8_t *at, size_t n);
#endif

extern const uint32_t sha256_k[64];

#endif
