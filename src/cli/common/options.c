/*
 * cli/common/options.c - parses a command's words by its table of options, suggests an option for a
 * mistyped one, and prints the help text. It does not know what an option does.
 */
#include "cli/common/options.h"

#include "cli/common/error.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 32, WORDS_MAX = 128 };

/*
 * Returns how many letters must be inserted, deleted, replaced, or swapped with the next one, to
 * make @b of @a (Damerau and Levenshtein).
 */
static unsigned
edit_distance(const char *a, const char *b)
{
	unsigned d[WORD_MAX + 1][WORD_MAX + 1];
	size_t m = strlen(a), n = strlen(b);

	if (m > WORD_MAX || n > WORD_MAX)
		return WORD_MAX;
	for (size_t i = 0; i <= m; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= n; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= m; i++)
		for (size_t j = 1; j <= n; j++) {
			unsigned best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	return d[m][n];
}

const char *
options_nearest(const char *word, const char *const *words)
{
	unsigned best = strlen(word) <= 3 ? 2 : 3; /* beyond that it is another word */
	const char *found = NULL;

	for (; *words; words++) {
		unsigned d = edit_distance(word, *words);

		if (d < best) {
			best = d;
			found = *words;
		}
	}
	return found;
}

static const char *
dashes(const char *name)
{
	return name[1] ? "--" : "-";
}

const struct option *
options_find(const struct option *options, const char *name, size_t len)
{
	for (; options->name; options++)
		if (strlen(options->name) == len && !memcmp(options->name, name, len))
			return options;
	return NULL;
}

const char *
options_meant(const struct option *options, const char *name)
{
	const char *words[WORDS_MAX + 2];
	size_t n = 0;

	for (; options->name && n < WORDS_MAX; options++)
		if (options->name[1])
			words[n++] = options->name;
	words[n++] = "help";
	words[n] = NULL;
	return options_nearest(name, words);
}

static void
complain_unknown(const char *command, const struct option *options, const char *name)
{
	const char *meant = options_meant(options, name);

	if (meant)
		error_line(command, "unknown option %s%s; did you mean --%s?", dashes(name), name, meant);
	else
		error_line(command, "unknown option %s%s; `leat %s --help` lists the options", dashes(name),
		    name, command);
}

/* Calls the option's set(). Returns 0, or -1 after a message. */
static int
set_option(const char *command, const struct option *o, void *config, const char *value)
{
	const char *wrong = o->set(config, o, value);
	char shown[ERROR_WORD];

	if (!wrong)
		return 0;
	error_line(
	    command, "%s%s: %s %s", dashes(o->name), o->name, error_word(value ? value : "", shown), wrong);
	return -1;
}

/*
 * Takes @next, the next word or NULL, as the value of @o. Returns 2, the number of words that were
 * used; or -1 after a message.
 */
static int
set_next(const char *command, const struct option *o, void *config, const char *next)
{
	if (!next || !strncmp(next, "--", 2)) {
		error_line(command, "%s%s needs a value: %s", dashes(o->name), o->name, o->arg);
		return -1;
	}
	return set_option(command, o, config, next) < 0 ? -1 : 2;
}

/* "--name", "--name=value". Returns how many words were used, or -1 after a message. */
static int
parse_long(
    const char *command, const struct option *options, void *config, const char *word, const char *next)
{
	const char *name = word + 2;
	size_t len = strcspn(name, "=");
	const struct option *o = options_find(options, name, len);
	char spelled[WORD_MAX];

	if (!o) {
		snprintf(spelled, sizeof spelled, "%.*s", (int)len, name);
		complain_unknown(command, options, spelled);
		return -1;
	}
	if (o->arg && !name[len])
		return set_next(command, o, config, next);
	if (!o->arg && name[len]) {
		error_line(command, "%s%s takes no value", dashes(o->name), o->name);
		return -1;
	}
	return set_option(command, o, config, o->arg ? name + len + 1 : NULL) < 0 ? -1 : 1;
}

/* "-p", "-pvalue", and several without a value in one word, "-abc". Returns as parse_long(). */
static int
parse_short(
    const char *command, const struct option *options, void *config, const char *word, const char *next)
{
	for (const char *at = word + 1; *at; at++) {
		const struct option *o = options_find(options, at, 1);

		if (!o) {
			complain_unknown(command, options, (char[]){*at, '\0'});
			return -1;
		}
		if (o->arg && !at[1])
			return set_next(command, o, config, next);
		if (set_option(command, o, config, o->arg ? at + 1 : NULL) < 0)
			return -1;
		if (o->arg)
			return 1;
	}
	return 1;
}

static bool
is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

int
options_parse(const char *command, const struct option *options, void *config, int argc, char *const *argv)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-' && argv[i][1] && strcmp(argv[i], "--") != 0) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		int used;

		if (is_help(argv[i]))
			return OPTIONS_HELP;
		used =
		    (argv[i][1] == '-' ? parse_long : parse_short)(command, options, config, argv[i], next);
		if (used < 0)
			return OPTIONS_WRONG;
		i += used;
	}
	return i < argc && !strcmp(argv[i], "--") ? i + 1 : i;
}

static void
print_option(const char *name, const char *arg, const char *help, FILE *to)
{
	char left[64];

	snprintf(left, sizeof left, "%s%s%s%s", dashes(name), name, arg ? " " : "", arg ? arg : "");
	fprintf(to, "  %-23s %s\n", left, help);
}

void
options_help(const struct option *options, FILE *to)
{
	for (; options->name; options++)
		if (options->help)
			print_option(options->name, options->arg, options->help, to);
	print_option("help", NULL, "print this text", to);
}
