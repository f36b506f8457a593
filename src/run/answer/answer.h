/*
 * run/answer/answer.h - the answers to the program's system calls, and what several of them share.
 */
#ifndef RUN_ANSWER_ANSWER_H
#define RUN_ANSWER_ANSWER_H

#include "run/call/call.h"

/* Answers @c; takes the descriptor and the process that it names, which call_done() lets go. */
long answer_call(struct call *c);

/*
 * Returns true for a call of another convention than the machine's own, which has numbers of its
 * own.
 */
bool call_is_other_abi(const struct call *c);

/* SO_ERROR, once: not what reading from the stand-in has told already. */
int call_take_error(struct call *c);

/*
 * Replaces a proxy socket that was connected or shut once, for an AF_UNIX socket cannot be used
 * again. Duplicates of the descriptor keep the old one; programs that begin anew after a failure
 * have rarely made any. @hold: even if other threads have to be stopped for it (replace.h). Returns
 * 0 or the negative errno; -ECONNABORTED: it cannot be replaced.
 */
int call_fresh_proxy(struct call *c, bool hold);

call_fn call_socket, call_bind, call_connect, call_listen, call_accept, call_getsockname, call_getpeername,
    call_setsockopt, call_getsockopt, call_shutdown, call_sendto, call_recvfrom, call_sendmsg, call_recvmsg,
    call_sendmmsg, call_recvmmsg, call_ioctl, call_io_uring, call_other_abi, call_socketpair;

#endif
