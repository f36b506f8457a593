/*
 * run/calls.h - the system calls that Leat answers: one row of one table for each.
 *
 * A call is answered with what the kernel would return, or CONTINUE for descriptors that are none
 * of ours (the kernel then does it), or it is parked (park.h). Descriptors of ours are never
 * answered CONTINUE where the stand-in would act differently: another thread may have put it there
 * since we looked.
 */
#ifndef RUN_CALLS_H
#define RUN_CALLS_H

#include "run/desc.h"
#include "run/process/caller.h"

#include <linux/seccomp.h>
#include <sys/socket.h>

/* Answers beyond what a system call returns. */
enum { CALL_CONTINUE = INT32_MIN, CALL_PARKED, CALL_ANSWERED }; /* all below any -errno */

struct call {
	struct worker *w;
	uint64_t id;
	int nr;
	uint32_t arch; /* as AUDIT_ARCH_... has it */
	uint64_t arg[6];
	struct caller caller;
	int fd; /* a duplicate of arg[0]; -1: none can be taken (kernel.getfd) and the record holds none */
	uint64_t inode; /* where none can be taken: which socket it is; 0 = none */
	struct desc *d; /* its record; NULL: foreign */
	bool retried;   /* has been parked */
	size_t
	    done; /* octets that a send which waits for room has placed; they are its answer if it ends early */
	/*
	 * Parked: called when a signal or the time limit ends the wait, with the answer that is
	 * due; returns the answer that is given. NULL: leaves it as it is.
	 */
	long (*left)(struct call *c, long answer);
};

typedef long call_fn(struct call *c);

struct call_row {
	int nr;
	const char *name;
	call_fn *fn;
	bool foreign; /* wants to see foreign descriptors too */
	bool plain;   /* its first argument is no descriptor */
};

const struct call_row *call_row(int nr);

/*
 * Returns true for a call of another convention than the machine's own, which has numbers of its
 * own.
 */
bool call_is_other_abi(const struct call *c);

/* Answer, with the descriptor and the process taken and let go. */
long call_dispatch(struct call *c);
/* Lets go what call_dispatch() kept for a parked call. */
void call_done(struct call *c);

/* Does this call wait, or say EAGAIN? */
bool call_may_wait(const struct call *c, int flags);
bool call_is_nonblocking(const struct call *c);

/* Is the descriptor a socket, of ours or of another family? */
bool call_on_socket(const struct call *c);

/* SO_ERROR, once: not what reading from the stand-in has told already. */
int call_take_error(struct call *c);

/*
 * Replaces a proxy socket that was connected or shut once, for an AF_UNIX socket cannot be used
 * again. Duplicates of the descriptor keep the old one; programs that begin anew after a failure
 * have rarely made any. @hold: even if other threads have to be stopped for it (replace.h). Returns
 * 0 or the negative errno; -ECONNABORTED: it cannot be replaced.
 */
int call_fresh_stand_in(struct call *c, bool hold);

/* -EPIPE, and SIGPIPE to the caller unless MSG_NOSIGNAL is among @flags. */
long call_broken_pipe(const struct call *c, int flags);

/* Install @fd (closed here) in the program and return it from the call. */
long call_return_fd(struct call *c, int fd, bool cloexec);

/* Socket addresses in the caller's memory. @room_at: where its socklen_t lies. */
int call_read_address(const struct call *c, uint64_t at, uint64_t len, struct sockaddr_storage *ss);
int call_write_address(const struct call *c, uint64_t at, uint64_t len_at, const void *sa, socklen_t len);
int call_write_endpoint(const struct call *c, uint64_t at, uint64_t len_at, const struct endpoint *e);
/* An address as @d's family spells it; returns its length. */
socklen_t call_endpoint_sockaddr(const struct desc *d, const struct endpoint *e, struct sockaddr_storage *ss);
/* 0, -EAFNOSUPPORT, -EINVAL: the endpoint that @ss names for @d's family. */
int call_sockaddr_endpoint(
    const struct desc *d, const struct sockaddr_storage *ss, socklen_t len, struct endpoint *e);

enum { CALL_MSG_ROOM = 65536, CALL_IOV_MOST = 1024 };

/* A message of the caller's: the header copied once, with its vector. */
struct call_message {
	uint64_t at; /* of the msghdr; 0 for sendto() and recvfrom() */
	struct msghdr h;
	struct iovec iov[CALL_IOV_MOST];
};

/* What call_send.c and call_recv.c are at work on, and its payload. */
extern struct call_message call_message;
extern uint8_t call_octets[CALL_MSG_ROOM];

/* The caller's struct msghdr at @at into call_message. 0 or the negative errno. */
int call_read_message(const struct call *c, uint64_t at);
/* The same when call_message.h has been read already. */
int call_read_vector(const struct call *c, uint64_t at);
/*
 * Writes @len octets into the vector of call_message, after the @skip that it holds already.
 * Returns 0 or -EFAULT.
 */
int call_scatter(const struct call *c, size_t skip, const uint8_t *from, size_t len);
/* sendto() and recvfrom() as a message of one part. */
void call_single_message(const struct call *c);

call_fn call_socket, call_bind, call_connect, call_listen, call_accept, call_getsockname, call_getpeername,
    call_setsockopt, call_getsockopt, call_shutdown, call_sendto, call_recvfrom, call_sendmsg, call_recvmsg,
    call_sendmmsg, call_recvmmsg, call_ioctl, call_io_uring, call_other_abi, call_setns, call_unshare,
    call_socketpair;

#endif
