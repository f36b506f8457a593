/*
 * get/keep/store.c - the folder, and what names and hashes are in it.
 */
#include "get/keep/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/siphash.h"

/*
 * The keys are no secret: other processes have to find the same names. Who makes the hashes of two
 * URIs equal on purpose has two entries that push each other out.
 */
uint64_t
store_hash(uint64_t seed, const void *at, size_t n)
{
	struct siphash_key key = {{seed, 0x6c656174}};

	return siphash(&key, at, n);
}

void
store_name(char to[static STORE_NAME], struct http_span uri, unsigned variant)
{
	uint64_t hash = store_hash(0, uri.at, uri.len);

	snprintf(to, STORE_NAME, "%02x/%014llx-%u", (unsigned)(hash >> 56),
	    (unsigned long long)(hash & 0xffffffffffffff), variant);
}

/* Creates @path and the folders above it, the last one for the user alone. */
static int
make_folders(const char *path)
{
	char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	for (char *at = copy + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		mkdir(copy, 0700);
		*at = '/';
	}
	mkdir(copy, 0700);
	free(copy);
	return 0;
}

/* Others must not be able to put responses into the store. */
static int
check_owner(int folder)
{
	struct stat st;

	if (fstat(folder, &st) < 0)
		return -errno;
	return st.st_uid != geteuid() || (st.st_mode & 022) ? -EACCES : 0;
}

int
store_open(const char *folder, uint64_t most, struct store **out)
{
	struct store *s = calloc(1, sizeof *s);
	int e = s ? make_folders(folder) : -ENOMEM;

	if (e == 0) {
		s->most = most;
		s->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		e = s->folder < 0 ? -errno : check_owner(s->folder);
		if (e < 0 && s->folder >= 0)
			close(s->folder);
	}
	if (e < 0)
		free(s);
	else
		*out = s;
	return e;
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	if (s->added > 0)
		store_trim(s);
	close(s->folder);
	free(s);
}

void
store_remove(struct store *s, struct http_span uri)
{
	char name[STORE_NAME];

	for (unsigned i = 0; i < STORE_VARIANTS; i++) {
		store_name(name, uri, i);
		unlinkat(s->folder, name, 0);
	}
}
