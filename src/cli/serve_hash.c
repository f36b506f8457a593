/*
 * cli/serve_hash.c - `leat serve --hash`: asks for a password and prints its hash. The password is
 * not shown, and is no word of a command that others could see.
 */
#include "cli/serve_hash.h"

#include "cli/common/error.h"
#include "serve/auth/check.h"
#include "serve/auth/users.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One octet more than is allowed, the end of the line, and a zero. */
enum { LINE_MOST = AUTH_PASSWORD_MOST + 3 };

static bool
read_line(char line[static LINE_MOST])
{
	if (!fgets(line, LINE_MOST, stdin))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/* A terminal does not show what is typed. */
static bool
ask(const char *prompt, char line[static LINE_MOST])
{
	struct termios before, quiet;
	bool terminal = tcgetattr(STDIN_FILENO, &before) == 0, got;

	if (!terminal)
		return read_line(line);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	fputs(prompt, stderr);
	got = read_line(line);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	return got;
}

static int
print_hash(const char *password)
{
	char hash[AUTH_HASH_MOST + 1];
	int e;

	if (!*password)
		return error_line("serve", "--hash: there is no password on standard input");
	if (strlen(password) > AUTH_PASSWORD_MOST)
		return error_line(
		    "serve", "--hash: the password is longer than %d octets", AUTH_PASSWORD_MOST);
	e = auth_hash_make(password, hash, sizeof hash);
	if (e < 0)
		return error_line("serve", "--hash: cannot make a hash: %s", strerror(-e));
	puts(hash);
	return 0;
}

int
serve_hash(void)
{
	char line[LINE_MOST] = "", again[LINE_MOST] = "";
	int status;

	if (!auth_check_built())
		return error_line("serve", "--hash: this leat was built without libcrypt");
	ask("Password: ", line);
	if (isatty(STDIN_FILENO)) {
		ask("Again: ", again);
		if (strcmp(line, again) != 0)
			return error_line("serve", "--hash: the two passwords differ");
	}
	status = print_hash(line);
	explicit_bzero(line, sizeof line);
	explicit_bzero(again, sizeof again);
	return status;
}
