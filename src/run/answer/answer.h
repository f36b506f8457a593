/* run/answer/answer.h - answers the program's system calls, each by a function of its name. */
#ifndef RUN_ANSWER_ANSWER_H
#define RUN_ANSWER_ANSWER_H

#include "run/call/call.h"

/*
 * Returns the answer to @c. Takes the descriptor and the process that it names, which call_done()
 * releases.
 */
long answer_call(struct call *c);

/*
 * Returns true for a call of another calling convention than the machine's own. It has other
 * numbers.
 */
bool call_is_other_abi(const struct call *c);

/*
 * Returns SO_ERROR and clears it. An error that a read from the proxy socket has reported is not
 * returned again.
 */
int call_take_error(struct call *c);

/*
 * Replaces a proxy socket that has been connected or shut, since an AF_UNIX socket cannot be used
 * again. Duplicates of the program's descriptor keep the old one; programs that connect again after
 * a failure have rarely made any. @hold: other threads may be stopped for it (replace.h). Returns 0
 * or the negative errno; -ECONNABORTED: it cannot be replaced.
 */
int call_fresh_proxy(struct call *c, bool hold);

call_fn call_socket, call_bind, call_connect, call_listen, call_accept, call_getsockname, call_getpeername,
    call_setsockopt, call_getsockopt, call_shutdown, call_sendto, call_recvfrom, call_sendmsg, call_recvmsg,
    call_sendmmsg, call_recvmmsg, call_ioctl, call_io_uring, call_other_abi, call_socketpair;

#endif
