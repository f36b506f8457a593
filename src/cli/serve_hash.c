/*
 * cli/serve_hash.c - `leat serve --hash`: asks for a password and prints its hash. The password is
 * not shown, and is no word of a command that others could see.
 */
#include "cli/serve_hash.h"

#include "cli/common/error.h"
#include "serve/auth/check.h"
#include "serve/auth/users.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One octet more than is allowed, the end of the line, and a zero. */
enum { LINE_MOST = AUTH_PASSWORD_MOST + 3 };

/* Signals that end the program. They wait while the terminal shows nothing. */
static const int signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
enum { SIGNALS = sizeof signals / sizeof *signals };

struct held {
	sigset_t mask; /* as it was before */
	struct sigaction action[SIGNALS];
};

static volatile sig_atomic_t caught; /* the signal; 0: none */

static void
on_signal(int number)
{
	caught = number;
}

/* Those that are ignored stay so. */
static void
hold_signals(struct held *before)
{
	const struct sigaction act = {.sa_handler = on_signal};
	sigset_t set;

	sigemptyset(&set);
	for (int i = 0; i < SIGNALS; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, &before->mask);
	for (int i = 0; i < SIGNALS; i++) {
		sigaction(signals[i], NULL, &before->action[i]);
		if (before->action[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
	}
}

/* A signal that has come has its usual effect now. */
static void
release_signals(const struct held *before)
{
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &before->action[i], NULL);
	if (caught)
		raise(caught);
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

static void
end_at_newline(char *line)
{
	line[strcspn(line, "\n")] = '\0';
}

static void
read_line(char line[static LINE_MOST])
{
	if (fgets(line, LINE_MOST, stdin))
		end_at_newline(line);
}

/*
 * A terminal has a line as a whole, so the read does not wait. Signals come during the wait alone:
 * none is lost just before it.
 */
static void
read_terminal(char line[static LINE_MOST], const sigset_t *mask)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	ssize_t n = ppoll(&in, 1, NULL, mask) == 1 ? read(STDIN_FILENO, line, LINE_MOST - 1) : 0;

	line[n > 0 ? n : 0] = '\0';
	end_at_newline(line);
}

/* A terminal does not show what is typed, and shows it again however this ends. */
static void
ask(const char *prompt, char line[static LINE_MOST])
{
	struct held held;
	struct termios before, quiet;

	if (tcgetattr(STDIN_FILENO, &before) < 0) {
		read_line(line);
		return;
	}
	hold_signals(&held);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	fputs(prompt, stderr);
	read_terminal(line, &held.mask);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	release_signals(&held);
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
	bool same = true;
	int status;

	if (!auth_check_built())
		return error_line("serve", "--hash: this leat was built without libcrypt");
	ask("Password: ", line);
	if (isatty(STDIN_FILENO)) {
		ask("Again: ", again);
		same = strcmp(line, again) == 0;
	}
	status = same ? print_hash(line) : error_line("serve", "--hash: the two passwords differ");
	explicit_bzero(line, sizeof line);
	explicit_bzero(again, sizeof again);
	return status;
}
