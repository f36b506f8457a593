/*
 * serve/auth/check.c - calls libcrypt.
 */
#include "serve/auth/check.h"

#include <errno.h>
#include <string.h>

#ifdef LEAT_HAVE_CRYPT

#include <crypt.h>
#include <stdlib.h>

bool
auth_check_built(void)
{
	return true;
}

/* A hash ends with more than its salt; the methods without "$" are from before 1990. */
bool
auth_hash_valid(const char *hash)
{
	const char *last = strrchr(hash, '$');

	return hash[0] == '$' && last && strlen(last) >= 22 && crypt_checksalt(hash) == CRYPT_SALT_OK;
}

/* The time does not depend on where two hashes differ. */
static bool
same(const char *a, const char *b)
{
	size_t n = strlen(a);
	unsigned char differ = 0;

	if (strlen(b) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return differ == 0;
}

bool
auth_check(const char *password, const char *hash)
{
	struct crypt_data *data = calloc(1, sizeof *data);
	const char *made = data ? crypt_r(password, hash, data) : NULL;
	bool right = made && made[0] != '*' && same(made, hash);

	if (data)
		explicit_bzero(data, sizeof *data);
	free(data);
	return right;
}

int
auth_hash_make(const char *password, char *to, size_t most)
{
	struct crypt_data *data = calloc(1, sizeof *data);
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *made = NULL;
	int e = 0;

	if (data && crypt_gensalt_rn("$y$", 0, NULL, 0, salt, sizeof salt))
		made = crypt_r(password, salt, data);
	if (!made || made[0] == '*' || strlen(made) >= most)
		e = data ? -EINVAL : -ENOMEM;
	else
		memcpy(to, made, strlen(made) + 1);
	if (data)
		explicit_bzero(data, sizeof *data);
	free(data);
	return e;
}

#else

bool
auth_check_built(void)
{
	return false;
}

bool
auth_hash_valid(const char *hash)
{
	return false;
}

bool
auth_check(const char *password, const char *hash)
{
	return false;
}

int
auth_hash_make(const char *password, char *to, size_t most)
{
	return -ENOSYS;
}

#endif
