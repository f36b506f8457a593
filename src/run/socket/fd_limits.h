/*
 * run/socket/fd_limits.h - how many descriptors of the worker are for the program's sockets, and
 * which error the program gets when they are used up.
 *
 * The worker's table has as many places as the hard limit (RLIMIT_NOFILE) says. Descriptors that
 * are open at the start stay open. A reserve is set aside for those that are open for a moment
 * only: a call's descriptor, /proc, sock_diag, the end of the run. The rest is the budget
 * (host/fd_budget.h).
 */
#ifndef RUN_SOCKET_FD_LIMITS_H
#define RUN_SOCKET_FD_LIMITS_H

struct sockrecs;

/* The least hard limit under which `leat run` begins. */
enum { FD_LIMITS_LEAST = 48 };

/* Returns the hard limit. The worker raises its soft limit to it. */
unsigned fd_hard_limit(void);

/*
 * Returns how many connections a hard limit of @hard allows, with @open descriptors open at the
 * start.
 */
unsigned fd_limits_connections(unsigned hard, unsigned open);

/* How many descriptors are open at the start if only the three standard ones are inherited. */
enum { FD_LIMITS_OPEN = 14 };

/* Returns how many callers may be remembered (caller.h) under a hard limit of @hard. */
unsigned fd_limits_callers(unsigned hard);

/*
 * Sets the budget to what is left of the table. Call it when everything else is set up. Returns 0,
 * or -EMFILE if too little is left.
 */
int fd_limits_begin(struct sockrecs *recs);

/* Prints on stderr that @hard is too small, and the remedy. */
void fd_limits_too_small(unsigned hard);

/*
 * Calls the listeners' look() once a descriptor or memory is free: connections wait that found
 * none.
 */
void fd_limits_wait(struct sockrecs *recs);

/*
 * Returns the error that the program gets from socket() or accept() if the worker had no
 * descriptor: -ENFILE, for the program's own table is not full, as EMFILE would say. Returns any
 * other @rc as it is.
 */
long fd_limits_enfile(long rc);
/* The same for connect(), sendto() and others: -ENOBUFS, no buffer space. */
int fd_limits_enobufs(int rc);

#endif
