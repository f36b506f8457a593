/*
 * get/url/code.h - how a transfer has ended: a number that scripts know from curl, and words for
 * people.
 */
#ifndef GET_CODE_H
#define GET_CODE_H

#include <stdarg.h>

enum get_code {
#define X(name, number, words) GET_##name = (number),
#include "get/url/codes.h"
#undef X
};

enum { GET_WORDS = 512 };

struct get_result {
	enum get_code code;
	char words[GET_WORDS]; /* why; empty if it is GET_OK */
};

/* Returns the general words for @code. */
const char *get_code_words(enum get_code code);

/*
 * Sets @r to @code and to words made as printf(3) does, without control octets. NULL: the general
 * words. Returns @code.
 */
__attribute__((format(printf, 3, 4))) enum get_code get_fail(
    struct get_result *r, enum get_code code, const char *format, ...);

#endif
