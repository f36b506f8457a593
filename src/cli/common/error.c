/*
 * cli/common/error.c - writes an error message to standard error, in one line. The caller chooses
 * the words.
 */
#include "cli/common/error.h"

#include <stdarg.h>
#include <stdio.h>

int
error_line(const char *command, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "leat%s%s: ", command ? " " : "", command ? command : "");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_LEAT;
}
