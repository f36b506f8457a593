/*
 * serve/auth/helper.h - a process that has passwords checked, one at a time, so that the server
 * does not wait for it. It dies with the server.
 *
 * It makes another process for each check. So a check that crashes ends alone, and the server needs
 * no right to make processes.
 */
#ifndef SERVE_AUTH_HELPER_H
#define SERVE_AUTH_HELPER_H

#include "base/nsec.h"
#include "serve/auth/users.h"

struct auth_helper;
struct loop;

enum auth_verdict { AUTH_RIGHT, AUTH_WRONG, AUTH_NO_VERDICT /* the check has failed */ };

typedef void auth_verdict_fn(void *arg, enum auth_verdict verdict);

/* Starts the process. NULL without memory or processes. @loop is borrowed. */
struct auth_helper *auth_helper_new(struct loop *loop);
void auth_helper_free(struct auth_helper *h);

/*
 * Asks whether @password, of at most AUTH_PASSWORD_MOST octets, has @hash. @fn is called in a later
 * turn of the loop; until then nothing else may be asked. Returns false if the helper has died.
 */
bool auth_helper_ask(
    struct auth_helper *h, const char *password, const char *hash, auth_verdict_fn *fn, void *arg);

#endif
