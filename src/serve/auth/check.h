/*
 * serve/auth/check.h - passwords and their hashes (crypt(3); yescrypt for new ones). A check takes
 * some hundredths of a second and some megabytes, on purpose. Without libcrypt none is possible.
 */
#ifndef SERVE_AUTH_CHECK_H
#define SERVE_AUTH_CHECK_H

#include <stdbool.h>
#include <stddef.h>

bool auth_check_built(void);

/* True if @hash is one that can be checked, and not of a method that is too weak. */
bool auth_hash_valid(const char *hash);

/* True if @password has this hash. */
bool auth_check(const char *password, const char *hash);

/* Makes a hash of @password with a salt of its own, in @to. 0, or a negative errno. */
int auth_hash_make(const char *password, char *to, size_t most);

#endif
