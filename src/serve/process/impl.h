/*
 * serve/process/impl.h - what the files of serve/process share. For these only.
 */
#ifndef SERVE_PROCESS_IMPL_H
#define SERVE_PROCESS_IMPL_H

#include "host/loop.h"
#include "serve/process/process.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>

/*
 * The sockets of one address. The master wants one for each worker, and joins all others to the
 * first. If a service manager's socket cannot be joined, there are fewer, and all workers read
 * each.
 */
struct listen_address {
	struct endpoint at;
	int fd[PROCESS_WORKERS];
	unsigned n;
	bool given; /* the first is a service manager's, which has it open, too */
};

struct listeners {
	struct listen_address of[PROCESS_ADDRESSES];
	unsigned n;
};

/* The signals with which the master commands a worker. ORDER_LISTEN: the board has changed. */
enum worker_order {
	ORDER_DRAIN = SIGTERM,
	ORDER_RETIRE = SIGQUIT,
	ORDER_STOP = SIGALRM,
	ORDER_REOPEN = SIGUSR1,
	ORDER_LISTEN = SIGUSR2
};

/* Memory that the master writes and all workers read. */
struct board {
	_Atomic int reader[PROCESS_WORKERS]; /* the slot that reads the n-th socket of each address */
	_Atomic uint64_t deaths;             /* of workers that were not to end */
};

/* Processes that take each other's place. */
struct retry {
	unsigned fails; /* that died at their start, one after the other */
	nsec_t at;      /* when the next one is made; NSEC_NEVER: not now */
};

/* One of the places in a crew. If its worker dies, another one takes it. */
struct seat {
	int slot; /* of its worker; -1: there is none */
	struct retry retry;
};

/* The workers that were made for one plan. */
struct crew {
	struct process_plan plan;
	struct listeners listeners;
	unsigned workers, ready;
	struct seat seat[PROCESS_WORKERS];
};

enum worker_state { WORKER_NONE, WORKER_STARTING, WORKER_READY, WORKER_LEAVING };

/* The process beside a worker. */
struct helper_process {
	pid_t pid;     /* 0: there is none now */
	int fd;        /* its end of the pair; 0: this worker has no helper */
	int worker_fd; /* the worker's end, until that is made; then -1 */
	bool again;    /* it is not the first one */
	nsec_t began;
	struct retry retry;
};

/* A worker as the master knows it. Its index is its slot in the share. */
struct worker_process {
	enum worker_state state;
	pid_t pid;
	struct master *master;
	struct crew *crew; /* NULL: it is leaving */
	unsigned seat;
	struct loop_fd pipe; /* gets an octet when the worker is ready, and for each reload; -1: closed */
	nsec_t began;
	struct helper_process helper;
};

/* A new program that takes over (SIGUSR2), as the old master and the new one know it. */
struct upgrade {
	char *program, *octets, **words; /* what to start */
	pid_t pid;                       /* 0: none is on its way */
	struct loop_fd pipe;             /* gets an octet when it serves; fd -1: closed */
	int ready_fd;                    /* in the new one: the other end; -1: there is none */
};

enum master_state { MASTER_BEGINS, MASTER_SERVES, MASTER_ENDS };

struct master {
	struct process *process;
	struct loop *loop;
	struct share *share;
	struct board *board;
	struct loop_fd signals;
	bool terminal; /* it was started from one */

	enum master_state state;
	int status;
	unsigned ends;              /* signals to end that have come */
	bool again;                 /* SIGHUP came while a reload was under way */
	struct crew *now, *next;    /* NULL: none */
	struct crew crew[2];        /* where these two are */
	struct listeners inherited; /* at the start */
	struct worker_process worker[SHARE_SLOTS];
	unsigned workers; /* that live */
	struct upgrade upgrade;
};

/* master.c: prints a line, and returns what process_ops.say() does. */
__attribute__((format(printf, 2, 3))) int process_say(struct process *p, const char *format, ...);

/*
 * listeners.c: listeners_open() opens what @plan wants, with @workers sockets each. Those that
 * @from has are used again, and are then in both. It returns 0; or an exit status after a message,
 * and then it has closed what it opened.
 */
int listeners_open(struct listeners *l, const struct listeners *from, struct process *p,
    struct process_plan *plan, unsigned workers);
/* Closes the sockets of @l that @keep (or NULL) does not have. */
void listeners_close(struct listeners *l, const struct listeners *keep);
/* Returns the number of sockets of the address that has most. */
unsigned listeners_most(const struct listeners *l);

enum { LISTEN_FDS_MOST = PROCESS_ADDRESSES * PROCESS_WORKERS };

/* inherit.c: takes sockets that were handed over. Returns 0, or an exit status after a message. */
int inherit_listeners(struct process *p, struct listeners *l);
/*
 * In a process that is to run another program: hands @l over, by descriptors up to
 * LISTEN_FDS_MOST + 2. Returns the first one after them, or a negative errno.
 */
int bequeath_listeners(const struct listeners *l);

/* crew.c: makes the next crew. Returns 0, or an exit status after a message. */
int crew_begin(struct master *m);
/* Ends the workers of the next crew, which is not used. */
void crew_abandon(struct master *m);
/* Ends the crew that serves: its workers get @order, and are not replaced. */
void crew_end(struct master *m, int order);
/* Sends @order to all workers. */
void crew_order(const struct master *m, int order);
/* Takes note of workers that have ended. */
void crew_reap(struct master *m);
/* Makes the workers that are due, and returns when the next one is. */
nsec_t crew_retry(struct master *m);

/* retry.c: one that began at @began has died; another is made, at once or in a while. */
void retry_later(struct retry *r, nsec_t began);

/* helper.c: makes the pair of sockets, if the service wants helpers. False without descriptors. */
bool helper_pair(struct worker_process *w);
/* Returns true if @pid was a helper, which has ended. */
bool helper_ended(struct master *m, pid_t pid, int status);
/* The worker has ended, or has no helper any more. */
void helper_leave(struct worker_process *w);
/* Makes the helpers that are due, and returns when the next one is. */
nsec_t helpers_retry(struct master *m);

/* master.c: what follows when the next crew is ready, and when it has failed. */
void master_next_ready(struct master *m);
void master_next_failed(struct master *m, int status);
/* master.c: makes workers with what the settings say now. */
void master_reload(struct master *m);
/* master.c: another master serves at the same listeners. */
void master_succeeded(struct master *m);

/* upgrade.c */
void upgrade_init(struct master *m);
void upgrade_fini(struct master *m);
/* Starts the new program. */
void upgrade_begin(struct master *m);
/* Ends a new program that does not serve yet: the listeners that it has are dead. */
void upgrade_end(const struct master *m);
/* Returns true if @pid was the new program, which has failed. */
bool upgrade_ended(struct master *m, pid_t pid, int status);
/* In the new master: its workers serve. */
void upgrade_done(struct master *m);

/* worker.c: the life of a worker, in its own process. @pipe: to the master. */
_Noreturn void process_worker_main(struct master *m, const struct worker_process *self, int pipe);

/*
 * rights.c: returns 0 if workers can run as @user, or if that is NULL; else an exit status after a
 * message.
 */
int rights_check(struct process *p, const char *user);
/* Becomes @user, and gives up all capabilities for good. Returns 0 or a negative errno. */
int rights_drop(const char *user);

/* filter.c: sets the seccomp filter. Returns 0 or a negative errno. */
int filter_set(void);

/*
 * fence.c: fence_new() returns a descriptor, or -1 where the kernel has no Landlock; the others
 * then do nothing. fence_close() makes all files unreachable that are beneath no allowed folder,
 * for good. They return 0 or a negative errno.
 */
int fence_new(void);
int fence_allow(int fence, const char *folder, bool write);
int fence_close(int fence);

/* notify.c: sends @format to the service manager (sd_notify(3)), if there is one. */
__attribute__((format(printf, 1, 2))) void process_notify(const char *format, ...);

#endif
