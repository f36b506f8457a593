/*
 * get/keep/netrc.h - names and passwords for hosts, from a file in the format of netrc(5) that ftp,
 * curl and wget read.
 *
 *   machine example.org login me password "a secret"
 *   default login anonymous password guest
 */
#ifndef GET_KEEP_NETRC_H
#define GET_KEEP_NETRC_H

#include <stddef.h>

/* A larger file is no such file, and what follows is not read. */
enum { NETRC_MOST = 1 << 20 };

struct netrc_entry {
	const char *host;             /* NULL: any, after all others */
	const char *login, *password; /* "" if there is none */
};

struct netrc {
	char *text; /* that the entries point into */
	struct netrc_entry *entry;
	size_t entries;
};

/* Reads the file @path. Returns 0; -EINVAL if a quotation has no end; or another -errno. */
int netrc_open(struct netrc *n, const char *path);

/* Reads @text, which is changed, in the place of a file. */
int netrc_read(struct netrc *n, char *text);

/*
 * Returns the first entry for the @len octets at @host, else the default; NULL if there is none.
 * With @login it is for that user.
 */
const struct netrc_entry *netrc_find(
    const struct netrc *n, const char *host, size_t len, const char *login, size_t login_len);

void netrc_free(struct netrc *n);

#endif
