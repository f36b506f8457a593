/*
 * cli/common/error.h - error messages, all in one form: "leat run: what is wrong".
 */
#ifndef CLI_COMMON_ERROR_H
#define CLI_COMMON_ERROR_H

/*
 * The exit status if Leat itself fails or is called wrongly. It differs from what a program may
 * return, as with env(1) and timeout(1).
 */
enum { EXIT_LEAT = 125 };

/*
 * Writes one line to standard error: "leat COMMAND: ", then the text of @format as printf(3) makes
 * it. @command NULL: "leat: ". Control characters in it are written as "\\n" or "\\x1b". Returns
 * EXIT_LEAT.
 */
__attribute__((format(printf, 2, 3))) int error_line(const char *command, const char *format, ...);

/*
 * Returns a user's word as a message quotes it: the word itself, or, in @buf, the word in quotes if
 * it is empty or has blanks or control characters, and only its beginning if it is long.
 */
enum { ERROR_WORD = 80 };
const char *error_word(const char *word, char buf[static ERROR_WORD]);

#endif
