/*
 * run/answer/recv_rights.h - receives with control messages on an AF_UNIX socket of the program's
 * own.
 */
#ifndef RUN_ANSWER_RECV_RIGHTS_H
#define RUN_ANSWER_RECV_RIGHTS_H

#include "run/call/call.h"

/*
 * Return the answer; CALL_CONTINUE if no descriptor of the host's network can arrive. c->rec has to
 * be NULL. If the call waits, @again is called when there is something to receive.
 */
long call_recvmsg_foreign(struct call *c, call_fn *again);
long call_recvmmsg_foreign(struct call *c, call_fn *again);

#endif
