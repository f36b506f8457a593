/*
 * serve/auth/users.c - the list of users, which is short: it is searched as it is.
 */
#include "serve/auth/users.h"

#include "serve/auth/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct auth_user {
	char name[AUTH_NAME_MOST + 1], hash[AUTH_HASH_MOST + 1];
};

struct auth_users {
	size_t n;
	struct auth_user *at;
};

const char *
auth_fault_words(enum auth_fault fault)
{
	switch (fault) {
	case AUTH_FINE:
		return "";
	case AUTH_NO_COLON:
		return "is not USER:HASH";
	case AUTH_NAME:
		return "has no name of 1 to 64 octets without controls before the colon";
	case AUTH_HASH:
		return "has no hash of a password after the colon; 'leat serve --hash' makes one";
	case AUTH_TWICE:
		return "names a user who was named before";
	case AUTH_MANY:
		return "is one user too many: 1000 are the most";
	case AUTH_NOT_BUILT:
		return "cannot be used: this leat was built without libcrypt";
	default:
		return "found no memory";
	}
}

struct auth_users *
auth_users_new(void)
{
	return calloc(1, sizeof(struct auth_users));
}

void
auth_users_free(struct auth_users *users)
{
	if (users)
		free(users->at);
	free(users);
}

static const struct auth_user *
find(const struct auth_users *users, struct http_span name)
{
	for (size_t i = 0; i < users->n; i++) {
		if (http_span_eq(http_span_of(users->at[i].name), name))
			return &users->at[i];
	}
	return NULL;
}

static bool
name_valid(struct http_span name)
{
	for (size_t i = 0; i < name.len; i++) {
		if ((unsigned char)name.at[i] < 0x20 || name.at[i] == 0x7f)
			return false;
	}
	return name.len > 0 && name.len <= AUTH_NAME_MOST;
}

static enum auth_fault
append(struct auth_users *users, const struct auth_user *user)
{
	struct auth_user *at;

	if (users->n == AUTH_USERS_MOST)
		return AUTH_MANY;
	at = realloc(users->at, (users->n + 1) * sizeof *at);
	if (!at)
		return AUTH_MEMORY;
	users->at = at;
	at[users->n++] = *user;
	return AUTH_FINE;
}

enum auth_fault
auth_users_add(struct auth_users *users, struct http_span line)
{
	const char *colon = line.len > 0 ? memchr(line.at, ':', line.len) : NULL;
	struct http_span name, hash;
	struct auth_user user = {{0}, {0}};

	if (!auth_check_built())
		return AUTH_NOT_BUILT;
	if (!colon)
		return AUTH_NO_COLON;
	name = (struct http_span){line.at, (size_t)(colon - line.at)};
	hash = (struct http_span){colon + 1, line.len - name.len - 1};
	if (!name_valid(name))
		return AUTH_NAME;
	if (hash.len > AUTH_HASH_MOST)
		return AUTH_HASH;
	memcpy(user.name, name.at, name.len);
	memcpy(user.hash, hash.at, hash.len);
	if (!auth_hash_valid(user.hash))
		return AUTH_HASH;
	return find(users, name) ? AUTH_TWICE : append(users, &user);
}

/* htpasswd(1) allows more fields after the hash; they mean nothing here and are refused. */
static enum auth_fault
read_lines(struct auth_users *users, FILE *file, int *number)
{
	char line[AUTH_NAME_MOST + AUTH_HASH_MOST + 16];
	enum auth_fault fault = AUTH_FINE;

	for (*number = 1; fault == AUTH_FINE && fgets(line, sizeof line, file); ++*number) {
		size_t len = strcspn(line, "\r\n");

		if (line[len] == '\0' && !feof(file))
			fault = AUTH_HASH; /* too long */
		else if (len > 0 && line[0] != '#')
			fault = auth_users_add(users, (struct http_span){line, len});
	}
	--*number;
	return fault;
}

int
auth_users_read(struct auth_users *users, const char *path, enum auth_fault *fault)
{
	FILE *file = fopen(path, "re");
	int number, e;

	if (!file)
		return -errno;
	errno = 0;
	*fault = read_lines(users, file, &number);
	e = ferror(file) ? -(errno ? errno : EIO) : 0;
	fclose(file);
	return e < 0 ? e : *fault == AUTH_FINE ? 0 : number;
}

size_t
auth_users_count(const struct auth_users *users)
{
	return users->n;
}

const char *
auth_users_hash(const struct auth_users *users, struct http_span name, bool *exists)
{
	const struct auth_user *user = find(users, name);

	*exists = user != NULL;
	return user ? user->hash : users->at[0].hash;
}
