/*
 * cli/common/error.c - writes an error message to standard error, in one line. The caller chooses
 * the words.
 */
#include "cli/common/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MOST = 8192, SHOWN_MOST = 64, VISIBLE_OCTETS = 4 };

static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* A control character neither ends the line nor reaches the terminal: it is written as in C. */
static size_t
put_visibly(char *to, const char *text)
{
	char *at = to;

	for (; *text; text++) {
		if (*text == '\n')
			at = stpcpy(at, "\\n");
		else if (*text == '\t')
			at = stpcpy(at, "\\t");
		else if (is_control(*text))
			at += sprintf(at, "\\x%02x", (unsigned char)*text);
		else
			*at++ = *text;
	}
	return at - to;
}

/* The line is one write: the processes of a server share standard error. */
int
error_line(const char *command, const char *format, ...)
{
	char text[MESSAGE_MOST], line[VISIBLE_OCTETS * MESSAGE_MOST + SHOWN_MOST];
	va_list args;
	size_t len;

	len = snprintf(line, SHOWN_MOST, "leat%s%s: ", command ? " " : "", command ? command : "");
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	len += put_visibly(line + len, text);
	line[len++] = '\n';
	fwrite(line, 1, len, stderr);
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
