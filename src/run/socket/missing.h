/*
 * run/socket/missing.h - reports what the program asks for, Linux has, and Leat lacks: one line on
 * stderr for each, unless --quiet.
 *
 * It has the names of options. It does not report an option that Linux refuses on that socket too.
 */
#ifndef RUN_SOCKET_MISSING_H
#define RUN_SOCKET_MISSING_H

#include "run/socket/sockrec.h"

/* Prints one line that @name is missing, the first time that @name is reported. */
void missing_report(struct sockrecs *recs, const char *name);

/*
 * Reports an option by its name if Linux has it. The stack has answered ENOPROTOOPT to
 * setsockopt(2) (@set) or getsockopt(2) on @r.
 */
void missing_option(const struct sockrec *r, int level, int name, bool set);

/* Returns the option's name if Linux has it for @r and Leat does not; NULL otherwise. */
const char *missing_option_name(const struct sockrec *r, int level, int name, bool set);

#endif
