/*
 * run/socket/missing.h - reports what the program asked for, Linux has, and Leat lacks: one line on
 * stderr for each, unless --quiet.
 *
 * It knows options by their names. It does not report an option that Linux refuses on that socket
 * as well.
 */
#ifndef RUN_SOCKET_MISSING_H
#define RUN_SOCKET_MISSING_H

#include "run/socket/sockrec.h"

/* "NAME is not there": one line, once for each name. */
void missing_report(struct sockrecs *recs, const char *name);

/*
 * The stack has answered ENOPROTOOPT to setsockopt(2) (@set) or getsockopt(2) on @r. Reports the
 * option by its name where Linux has it.
 */
void missing_option(const struct sockrec *r, int level, int name, bool set);

/* The option's name where Linux has it for @r and Leat does not; NULL otherwise. */
const char *missing_option_name(const struct sockrec *r, int level, int name, bool set);

#endif
