/*
 * get/keep/netrc.c - reads netrc files, as curl does: words between white space, quotations with
 * backslashes, comments after "#", and macros of ftp, which end with an empty line.
 */
#include "get/keep/netrc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define BLANKS " \t\r\n"

/* The text that is left, and where words are put: no word is longer than what it is made of. */
struct netrc_scan {
	char *at;
	bool bad;
};

static char
unescape(char c)
{
	return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
}

/* A quotation from its second octet on. */
static char *
quoted_word(struct netrc_scan *s)
{
	char *word = s->at, *to = word;

	while (*s->at && *s->at != '"') {
		bool escaped = *s->at == '\\' && s->at[1];

		s->at += escaped;
		*to++ = escaped ? unescape(*s->at) : *s->at;
		s->at++;
	}
	s->bad |= *s->at == '\0';
	s->at += *s->at != '\0';
	*to = '\0';
	return s->bad ? NULL : word;
}

static void
skip_comments(struct netrc_scan *s)
{
	s->at += strspn(s->at, BLANKS);
	while (*s->at == '#') {
		s->at += strcspn(s->at, "\n");
		s->at += strspn(s->at, BLANKS);
	}
}

/* The next word; NULL at the end. */
static char *
next_word(struct netrc_scan *s)
{
	char *word;

	s->at += strspn(s->at, BLANKS);
	if (*s->at == '\0')
		return NULL;
	if (*s->at == '"') {
		s->at++;
		return quoted_word(s);
	}
	word = s->at;
	s->at += strcspn(s->at, BLANKS);
	if (*s->at)
		*s->at++ = '\0';
	return word;
}

static struct netrc_entry *
add_entry(struct netrc *n, const char *host)
{
	struct netrc_entry *more = realloc(n->entry, (n->entries + 1) * sizeof *more);

	if (!more)
		return NULL;
	n->entry = more;
	more[n->entries] = (struct netrc_entry){.host = host, .login = "", .password = ""};
	return &more[n->entries++];
}

/* A macro goes on to an empty line. */
static void
skip_macro(struct netrc_scan *s)
{
	char *end = *s->at == '\n' ? s->at : strstr(s->at, "\n\n");

	s->at = end ? end : s->at + strlen(s->at);
}

static const char *
next_keyword(struct netrc_scan *s)
{
	skip_comments(s);
	return next_word(s);
}

static bool
begins_entry(const char *word)
{
	return strcasecmp(word, "machine") == 0 || strcasecmp(word, "default") == 0;
}

/*
 * What follows a keyword that has a value: also a word that looks like a comment. A value that is
 * missing, so that the next entry begins there, would give this entry the next one's password.
 */
static const char *
value_of(struct netrc_scan *s)
{
	bool quoted = s->at[strspn(s->at, BLANKS)] == '"';
	const char *value = next_word(s);

	s->bad |= value && !quoted && begins_entry(value);
	return value ? value : "";
}

/* Takes @word and its value. Returns false without memory. */
static bool
take(struct netrc *n, struct netrc_scan *s, const char *word, struct netrc_entry **e)
{
	if (strcasecmp(word, "machine") == 0)
		return (*e = add_entry(n, value_of(s))) != NULL;
	if (strcasecmp(word, "default") == 0)
		return (*e = add_entry(n, NULL)) != NULL;
	if (strcasecmp(word, "macdef") == 0)
		skip_macro(s);
	else if (strcasecmp(word, "login") == 0 && *e)
		(*e)->login = value_of(s);
	else if (strcasecmp(word, "password") == 0 && *e)
		(*e)->password = value_of(s);
	else if (strcasecmp(word, "account") == 0)
		value_of(s);
	return true;
}

int
netrc_read(struct netrc *n, char *text)
{
	struct netrc_scan s = {.at = text};
	struct netrc_entry *e = NULL;
	const char *word;
	int error = 0;

	*n = (struct netrc){.text = text};
	while (error == 0 && (word = next_keyword(&s))) {
		if (!take(n, &s, word, &e))
			error = -ENOMEM;
	}
	if (error == 0 && s.bad)
		error = -EINVAL;
	if (error < 0)
		netrc_free(n);
	return error;
}

int
netrc_open(struct netrc *n, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), e = 0;
	char *text = fd < 0 ? NULL : malloc(NETRC_MOST + 1);
	size_t len = 0;
	ssize_t got = 0;

	if (!text)
		e = -errno;
	while (e == 0 && len < NETRC_MOST && (got = read(fd, text + len, NETRC_MOST - len)) > 0)
		len += (size_t)got;
	if (e == 0 && got < 0)
		e = -errno;
	if (fd >= 0)
		close(fd);
	if (e < 0) {
		free(text);
		return e;
	}
	text[len] = '\0';
	return netrc_read(n, text);
}

static bool
is_of(const struct netrc_entry *e, const char *host, size_t len)
{
	return !e->host || (strlen(e->host) == len && strncasecmp(e->host, host, len) == 0);
}

const struct netrc_entry *
netrc_find(const struct netrc *n, const char *host, size_t len, const char *login, size_t login_len)
{
	const struct netrc_entry *any = NULL;

	for (size_t i = 0; i < n->entries; i++) {
		const struct netrc_entry *e = &n->entry[i];

		if (!is_of(e, host, len))
			continue;
		if (login && (strlen(e->login) != login_len || memcmp(e->login, login, login_len) != 0))
			continue;
		if (e->host)
			return e;
		any = any ? any : e;
	}
	return any;
}

void
netrc_free(struct netrc *n)
{
	free(n->text);
	free(n->entry);
	*n = (struct netrc){0};
}
