/*
 * serve/auth/helper.h - a process that has passwords checked, one at a time, so that the server
 * does not wait for it. Server and helper have a pair of sockets.
 *
 * It makes another process for each check. So a check that crashes ends alone, and the server needs
 * no right to make processes. Who makes the helper, and makes it again when it dies, has its end of
 * the pair open all the time: the successor then goes on with that end.
 */
#ifndef SERVE_AUTH_HELPER_H
#define SERVE_AUTH_HELPER_H

#include "base/nsec.h"
#include "serve/auth/users.h"

#include <stdbool.h>

struct auth_helper;
struct loop;

enum auth_verdict { AUTH_RIGHT, AUTH_WRONG, AUTH_NO_VERDICT /* the check has failed */ };

typedef void auth_verdict_fn(void *arg, enum auth_verdict verdict);

/* The server's side. @fd, its end, becomes the helper's; @loop is borrowed. NULL without memory. */
struct auth_helper *auth_helper_new(struct loop *loop, int fd);
void auth_helper_free(struct auth_helper *h);

/*
 * Asks whether @password, of at most AUTH_PASSWORD_MOST octets, has @hash. @fn is called in a later
 * turn of the loop; until then nothing else may be asked. If the process dies meanwhile, its
 * successor is asked once more. Returns false if there will be none.
 */
bool auth_helper_ask(
    struct auth_helper *h, const char *password, const char *hash, auth_verdict_fn *fn, void *arg);

/*
 * The life of the process, which ends when the server has closed its end. @fd is all that it needs.
 * @again: another one had @fd before, and has died.
 */
_Noreturn void auth_helper_main(int fd, bool again);

#endif
