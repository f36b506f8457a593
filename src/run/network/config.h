/*
 * run/network/config.h - what the user asks of a run (the program, the network inside, the link,
 * the published ports), and the callbacks for what happens. It does nothing.
 */
#ifndef RUN_NETWORK_CONFIG_H
#define RUN_NETWORK_CONFIG_H

#include "base/ipaddr.h"
#include "link/emu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fd_budget;
struct gate;
struct pkt;
struct sink;
struct stack;

enum { RUN_NAMESERVERS = 3 };

/* The addresses of the network inside; the comments give the defaults. */
struct run_net {
	struct ipaddr host4, gate4, dns4; /* 10.0.2.15, 10.0.2.2, 10.0.2.3 */
	uint8_t bits4;                    /* 24 */
	struct ipaddr host6, gate6;       /* fd00:2::15, fd00:2::2 */
	uint8_t bits6;                    /* 64 */
};

/* -p HOST:PROGRAM */
struct run_publish {
	struct endpoint outside;
	uint16_t inside;
	bool udp;
};

/* The parts of the network, for those who observe it. */
struct run_parts {
	struct stack *host; /* the program's stack: number 1, end 0 of the link */
	struct stack *gate; /* the gateway's stack: number 2, end 1 of the link */
	struct emu *link;
	struct gate *gateway;        /* NULL until it exists */
	const struct fd_budget *fds; /* the budget of descriptors */
};

/*
 * Callbacks, which run in the worker's process; what they open and count belongs there. Each may be
 * NULL.
 */
struct run_hooks {
	/* Everything is set up; the program has not begun. */
	void (*began)(void *arg, const struct run_parts *parts);
	/*
	 * The last process has ended with @status; the stacks still exist. Returns false if a file
	 * that the user asked for could not be written.
	 */
	bool (*ended)(void *arg, const struct run_parts *parts, int status);
	/*
	 * Stream @flow of the program's stack belongs to process @pid. Called when the stream
	 * connects or is accepted, and again when another process takes it over.
	 */
	void (*owner)(void *arg, uint64_t flow, pid_t pid, const char *comm);
	/* A frame was sent or received at one end of the link; see emu_tap(). */
	void (*frame)(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when);
	void *arg;
	struct sink *sink; /* gets the events of both stacks; borrowed */
};

struct run_config {
	char *const *argv; /* the program and its arguments, then NULL */
	struct run_net net;
	struct endpoint nameserver
	    [RUN_NAMESERVERS]; /* those of --dns; if there are none, the host's resolv.conf is used */
	unsigned nameservers;
	uint32_t mtu;
	struct emu_impair impair[2];
	uint64_t seed;
	const struct run_publish *publish;
	size_t npublish;
	bool until_first; /* also ends the processes that the first one left running */
	struct run_hooks hooks;
	bool quiet; /* prints no lines about what the program asked for and Leat lacks */
};

/* Sets the defaults: 10.0.2.0/24 and fd00:2::/64, MTU 1500, an unimpaired link. */
void run_config_default(struct run_config *config);

#endif
