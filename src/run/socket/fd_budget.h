/*
 * run/socket/fd_budget.h - how much of the worker's table of descriptors is for connections and
 * datagram sockets, and what the program learns when that is used up.
 *
 * The table has as many places as the hard limit (RLIMIT_NOFILE) says. What is open at the start
 * stays open. A reserve is left aside for what is open for a moment only: the descriptor of a call
 * that is being answered, /proc, sock_diag, the ending of the run. The rest is the budget
 * (host/fd_room.h).
 */
#ifndef RUN_SOCKET_FD_BUDGET_H
#define RUN_SOCKET_FD_BUDGET_H

struct sockrecs;

/* The least hard limit under which `leat run` begins. */
enum { FD_BUDGET_LEAST = 48 };

/* The hard limit; the worker raises its own to it. */
unsigned fd_hard_limit(void);

/* How many connections a hard limit of @hard allows, with @open descriptors open at the start. */
unsigned fd_budget_connections(unsigned hard, unsigned open);

/* What is open in a run that begins, with nothing inherited but the three standard descriptors. */
enum { FD_BUDGET_OPEN = 14 };

/* How many callers may be remembered (caller.h) under @hard. */
unsigned fd_budget_callers(unsigned hard);

/*
 * Everything is set up: what is left of the table is the budget. Returns 0, or -EMFILE if too
 * little is left.
 */
int fd_budget_begin(struct sockrecs *recs);

/* Says on stderr that @hard is too small, and what to do. */
void fd_budget_too_small(unsigned hard);

/* Connections that the program's listeners could not be given wait for a descriptor or memory. */
void fd_budget_wait(struct sockrecs *recs);

/*
 * Returns the error that the program gets if a call found no descriptor here. Its own table is not
 * full, so EMFILE would mislead: socket() and accept() say that the system's is (ENFILE). Any other
 * @rc is returned as it is.
 */
long fd_budget_enfile(long rc);
/*
 * The same for connect(), sendto() and others, which say that there is no buffer space (ENOBUFS).
 */
int fd_budget_enobufs(int rc);

#endif
