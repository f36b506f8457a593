/*
 * cli/report/summary.h - what is told at the end of a run: per connection, of the link, and what
 * was dropped, with words that need no manual.
 */
#ifndef CLI_REPORT_SUMMARY_H
#define CLI_REPORT_SUMMARY_H

#include "cli/report/capture.h"
#include "cli/report/conns.h"
#include "core/drop.h"
#include "core/iface.h"
#include "host/file.h"
#include "link/emu.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* All borrowed. */
struct summary {
	const struct conns *conns;
	const struct emu_counters *link[2];
	const uint64_t *drops[2];              /* DROP_COUNT counters of the stack at each end */
	const struct iface_counters *loopback; /* of the program's stack */
	bool impaired;                         /* options of the link were given */
	uint32_t mtu;
	nsec_t begin, end;
	uint64_t no_descriptor;      /* how often none was left for a connection or a datagram socket */
	unsigned descriptors;        /* that these could have at the most */
	const char *const *capture;  /* CAPTURES names of files, each may be NULL */
	uint64_t captured[CAPTURES]; /* packets in them */
};

enum { SUMMARY_SHOWN = 12 }; /* connections told in full; the others are summed up */

void summary_print(const struct summary *s, FILE *to);

/*
 * Writes the same as JSON, all connections in full, and closes @file. 0, or the system's error,
 * negated.
 */
int summary_json(const struct summary *s, int wait_status, struct file *file);

/* True if most of the traffic went between the program's own sockets, past the link. */
bool summary_loopback_most(const struct summary *s);

/*
 * Why something was sent again, in words: "fast retransmit". NULL for kinds that are no
 * retransmission.
 */
const char *summary_retx_words(unsigned why);

#endif
