/*
 * get/url/code.c - codes and their words.
 */
#include "get/url/code.h"

#include "get/url/mask.h"

#include <stdio.h>
#include <string.h>

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
	for (char *end = r->words; (end = strpbrk(end, "\r\n"));)
		*end = '?'; /* it is one line */
	mask_controls(r->words, strlen(r->words));
	return code;
}
