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
 * it. @command NULL: "leat: ". Returns EXIT_LEAT.
 */
__attribute__((format(printf, 2, 3))) int error_line(const char *command, const char *format, ...);

#endif
