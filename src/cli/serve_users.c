/*
 * cli/serve_users.c - reads who may log in at `leat serve`: at its start, and again at each reload.
 */
#include "cli/serve_options.h"

#include "cli/common/error.h"

#include <string.h>

static int
add_line(struct auth_users *users, const char *line)
{
	enum auth_fault fault = auth_users_add(users, http_span_of(line));
	char word[ERROR_WORD];

	if (fault == AUTH_FINE)
		return 0;
	return error_line("serve", "--auth: %s %s", error_word(line, word), auth_fault_words(fault));
}

static int
add_file(struct auth_users *users, const char *path)
{
	size_t before = auth_users_count(users);
	enum auth_fault fault;
	int line = auth_users_read(users, path, &fault);

	if (line < 0)
		return error_line("serve", "--auth-file: %s cannot be read: %s", path, strerror(-line));
	if (line > 0)
		return error_line(
		    "serve", "--auth-file: %s has a line %d that %s", path, line, auth_fault_words(fault));
	if (auth_users_count(users) == before)
		return error_line("serve", "--auth-file: %s names no user", path);
	return 0;
}

int
serve_users(struct serve_options *o)
{
	struct auth_users *users;
	int status = 0;

	if (o->auths == 0)
		return 0;
	o->run.serve.users = o->users = users = auth_users_new();
	if (!users)
		return error_line("serve", "no memory is left");
	for (unsigned i = 0; status == 0 && i < o->auths; i++)
		status =
		    o->auth[i].file ? add_file(users, o->auth[i].value) : add_line(users, o->auth[i].value);
	return status;
}
