/*
 * serve/process/process.h - a server as a master and workers.
 *
 * The master opens the listeners and keeps them open, so that connections which wait at one are
 * kept whatever happens to its worker. It makes a worker for each core, replaces one that dies, and
 * sleeps otherwise. A worker serves connections with one event loop, without privileges and under a
 * seccomp filter. What it serves is the business of a service: this room knows no protocol.
 *
 * Signals of the master:
 *   SIGTERM, SIGINT, SIGQUIT  ends in order; a second one ends at once
 *   SIGHUP   makes new workers with what the settings say now, then ends the old ones in order
 *   SIGUSR1  opens the logs again
 *   SIGUSR2  starts the program's file anew, which takes over the listeners, then ends in order
 */
#ifndef SERVE_PROCESS_PROCESS_H
#define SERVE_PROCESS_PROCESS_H

#include "base/ipaddr.h"
#include "io/io.h"
#include "serve/share/share.h"

#include <stdbool.h>

enum { PROCESS_ADDRESSES = 8, PROCESS_WORKERS = 64 };

struct loop;
struct process;

/* What the settings say. One is in use, and a second one while a reload is under way. */
struct process_plan {
	struct endpoint at[PROCESS_ADDRESSES]; /* where to listen */
	unsigned addresses;
	unsigned workers; /* 0: as many as there are cores */
	const char *user; /* that workers run as; NULL: the same as the master */
	/*
	 * Clients speak first, so a connection is nothing to take before its first octets: the
	 * kernel holds it back for them (TCP_DEFER_ACCEPT), for a second at most.
	 */
	bool await_data;
	void *settings; /* the service's own */
};

/* What the program that runs a server gives; all of it is called in the master. */
struct process_ops {
	/*
	 * Fills in @plan, which is empty, with the settings as they are now. Returns 0; or an exit
	 * status, after it has printed what is wrong with them. unload() frees what load() made.
	 */
	int (*load)(struct process *p, struct process_plan *plan);
	void (*unload)(struct process *p, struct process_plan *plan);
	/*
	 * Listening at @at has failed. Prints why and returns an exit status; or 0 to go on without
	 * this address.
	 */
	int (*cannot_listen)(
	    struct process *p, const struct process_plan *plan, const struct endpoint *at, int error);
	/* Prints a line. Returns the exit status of a server that cannot begin. */
	int (*say)(struct process *p, const char *line);
	/*
	 * The server listens, at the addresses and ports that @plan now says; the port 0: not at
	 * this one.
	 */
	void (*ready)(struct process *p, const struct process_plan *plan);
	/* The last worker has ended. */
	void (*ended)(struct process *p, const struct process_plan *plan, const struct share *share);
};

/* A worker, as its service sees it. */
struct process_worker {
	struct process *process;
	const struct process_plan *plan;
	struct loop *loop;
	struct io_world *world; /* its turns are those of @loop */
	struct share *share;
	unsigned slot; /* of @share */
	int helper;    /* a socket to the process beside it, the service's own; -1: there is none */
	void *service; /* the service's own */
};

/* What a worker does; all of it is called in the worker. */
struct process_service {
	/*
	 * begin() opens what is needed, with the rights that the worker keeps. Returns 0; or an
	 * exit status, after it has printed what is wrong. After it the worker is under the
	 * filter, which lists all calls that it can make (calls.h). end() frees everything.
	 */
	int (*begin)(struct process_worker *w);
	void (*end)(struct process_worker *w);
	/* Takes connections of @l, which becomes the service's. Returns false without memory. */
	bool (*listen_on)(struct process_worker *w, struct io_listener *l);
	void (*reopen_logs)(struct process_worker *w);
	/*
	 * Close all listeners and end in order: drain() as soon as what is under way is done;
	 * retire() without a hurry, since other workers serve already; but what waits at any
	 * listener is taken first.
	 */
	void (*drain)(struct process_worker *w);
	void (*retire)(struct process_worker *w);
	/* Returns true if nothing is left to do after drain() or retire(). */
	bool (*over)(const struct process_worker *w);
	/* Closes descriptors that are not needed now. Returns true if there were any. */
	bool (*relieve)(struct process_worker *w);
	/*
	 * NULL, or: has_helper() says, in the master, whether each worker of @plan has a helper,
	 * a process beside it that is under no filter. Its life is helper(), which never returns.
	 * It has nothing but @fd, its end of a pair of SOCK_SEQPACKET, and ends with status 0 when
	 * the worker has closed the other end. If it dies before, another one goes on with the
	 * same @fd, and @again is true.
	 */
	bool (*has_helper)(const struct process_plan *plan);
	void (*helper)(int fd, bool again);
};

struct process {
	const struct process_ops *ops;
	const struct process_service *service;
	unsigned conns;      /* for how many connections the share is made */
	struct board *board; /* its own */
};

/* Serves until a signal ends it. Returns the exit status. */
int process_run(struct process *p);

/*
 * For begin(): the worker will open files beneath @folder, and with @write also make, change and
 * remove some. Nothing else can be opened after begin(), where the kernel has Landlock. Returns 0
 * or a negative errno.
 */
int process_allow_folder(struct process_worker *w, const char *folder, bool write);

/* In a worker: asks the master for a reload, because what the settings name has changed. */
void process_ask_reload(struct process_worker *w);

/* Returns how many workers have died that were not to end. Workers can ask, too. */
uint64_t process_deaths(const struct process *p);

#endif
