/*
 * get/url/code.c - codes and their words.
 */
#include "get/url/code.h"

#include <stdio.h>

const char *
get_code_words(enum get_code code)
{
	switch (code) {
#define X(name, number, words)                                                                               \
	case GET_##name:                                                                                     \
		return words;
#include "get/url/codes.h"
#undef X
	}
	return "unknown";
}

/* What a server sent may be among the words, and a terminal must not obey it. */
static void
mask_controls(char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
	}
}

enum get_code
get_fail(struct get_result *r, enum get_code code, const char *format, ...)
{
	va_list args;

	r->code = code;
	if (format) {
		va_start(args, format);
		vsnprintf(r->words, sizeof r->words, format, args);
		va_end(args);
	} else {
		snprintf(r->words, sizeof r->words, "%s", get_code_words(code));
	}
	mask_controls(r->words);
	return code;
}
