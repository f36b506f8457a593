/*
 * base/err.h - error numbers: 0 for success, or one of the numbers of leat.h, negated.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "leat.h"

/*
 * Returns the name of error @err, for example "ECONNRESET". The sign of @err does not matter.
 * Returns "E?" for a number that leat.h does not list.
 */
const char *err_name(int err);

/*
 * Returns the text of error @err for users, for example "connection reset by peer". The sign of
 * @err does not matter. For a number that leat.h does not list it returns the C library's text.
 * Never returns NULL.
 */
const char *err_text(int err);

#endif
