/*
 * serve/auth/users.h - who may log in: names, and hashes of passwords as crypt(3) makes them.
 */
#ifndef SERVE_AUTH_USERS_H
#define SERVE_AUTH_USERS_H

#include "http/message/field.h"

enum { AUTH_NAME_MOST = 64, AUTH_HASH_MOST = 255, AUTH_PASSWORD_MOST = 255, AUTH_USERS_MOST = 1000 };

/* What is wrong with a line. */
enum auth_fault {
	AUTH_FINE,
	AUTH_NO_COLON,
	AUTH_NAME,  /* it is empty, too long, or has control octets */
	AUTH_HASH,  /* it is none, or one that is too weak or not known here */
	AUTH_TWICE, /* there is such a user already */
	AUTH_MANY,
	AUTH_MEMORY,
	AUTH_NOT_BUILT /* without libcrypt no password can be checked */
};

/* In words that follow the line or its place: "is not USER:HASH". */
const char *auth_fault_words(enum auth_fault fault);

struct auth_users;

/* NULL without memory. */
struct auth_users *auth_users_new(void);
void auth_users_free(struct auth_users *users);

/* Adds a user: "NAME:HASH". */
enum auth_fault auth_users_add(struct auth_users *users, struct http_span line);

/*
 * Adds the users of a file, one on a line; empty lines and those that begin with "#" are passed
 * over. Returns 0; or a negative errno; or, with *@fault, the number of the line that is wrong.
 */
int auth_users_read(struct auth_users *users, const char *path, enum auth_fault *fault);

size_t auth_users_count(const struct auth_users *users);

/*
 * The hash of @name. For a name that no one has it is that of another user, so that to check it
 * takes the same time, and *@exists is false. There is one user at least.
 */
const char *auth_users_hash(const struct auth_users *users, struct http_span name, bool *exists);

#endif
