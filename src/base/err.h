/*
 * base/err.h - errors: 0, or one of leat.h's numbers, negated.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "leat.h"

/*
 * The name of error @err (either sign), "ECONNRESET" say, or "E?" for a number that leat.h does not
 * list.
 */
const char *err_name(int err);

/*
 * Error @err (either sign) in words for users: "connection reset by peer". Numbers that leat.h does
 * not list have the system's words. Never NULL.
 */
const char *err_text(int err);

#endif
