/*
 * run/answer/recv_rights.h - receiving with control messages on an AF_UNIX socket that is the
 * program's own.
 */
#ifndef RUN_ANSWER_RECV_RIGHTS_H
#define RUN_ANSWER_RECV_RIGHTS_H

#include "run/call/call.h"

/*
 * c->rec is NULL. The answer, or CALL_CONTINUE where no descriptor of the host's can arrive. @again
 * answers it once there is something to receive.
 */
long call_recvmsg_foreign(struct call *c, call_fn *again);
long call_recvmmsg_foreign(struct call *c, call_fn *again);

#endif
