/*
 * cli/common/error.c - writes an error message to standard error, in one line. The caller chooses
 * the words.
 */
#include "cli/common/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MOST = 8192, SHOWN_MOST = 64 };

static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* A control character neither ends the line nor reaches the terminal: it is written as in C. */
static void
put_visibly(const char *text, FILE *to)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", to);
		else if (*text == '\t')
			fputs("\\t", to);
		else if (is_control(*text))
			fprintf(to, "\\x%02x", (unsigned char)*text);
		else
			fputc(*text, to);
	}
}

int
error_line(const char *command, const char *format, ...)
{
	char text[MESSAGE_MOST];
	va_list args;

	fprintf(stderr, "leat%s%s: ", command ? " " : "", command ? command : "");
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	put_visibly(text, stderr);
	fputc('\n', stderr);
	return EXIT_LEAT;
}

static bool
is_plain(const char *word)
{
	for (const char *c = word; *c; c++) {
		if (*c == ' ' || is_control(*c))
			return false;
	}
	return *word && strlen(word) <= SHOWN_MOST;
}

/* Octets of UTF-8 belong together: none is cut off from the first one. */
static int
shown_len(const char *word)
{
	size_t len = strnlen(word, SHOWN_MOST);

	while (len > 0 && word[len] && ((unsigned char)word[len] & 0xc0) == 0x80)
		len--;
	return (int)len;
}

const char *
error_word(const char *word, char buf[static ERROR_WORD])
{
	int len = shown_len(word);

	if (is_plain(word))
		return word;
	snprintf(buf, ERROR_WORD, "'%.*s%s'", len, word, word[len] ? "..." : "");
	return buf;
}
