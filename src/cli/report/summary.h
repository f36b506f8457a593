/*
 * cli/report/summary.h - the summary at the end of a run: the connections, the link, and what was
 * dropped and why.
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

/* What the summary is made from. All pointers are borrowed. */
struct summary {
	const struct conns *conns;
	const struct emu_counters *link[2];
	const uint64_t *drops[2];              /* DROP_COUNT counters of the stack at each end */
	const struct iface_counters *loopback; /* of the program's stack */
	bool impaired;                         /* an option of the link was given */
	uint32_t mtu;
	nsec_t begin, end;
	uint64_t no_descriptor;     /* how often no descriptor was left for a connection or datagram socket */
	unsigned descriptors;       /* how many descriptors they could have */
	const char *const *capture; /* CAPTURES file names, each may be NULL */
	uint64_t captured[CAPTURES]; /* packets in each file */
};

enum { SUMMARY_SHOWN = 12 }; /* connections that are printed one by one; the others are summed up */

void summary_print(const struct summary *s, FILE *to);

/*
 * Writes the summary with all connections as JSON, and closes @file. Returns 0, or the system's
 * error, negated.
 */
int summary_json(const struct summary *s, int wait_status, struct file *file);

/*
 * Returns true if most of the traffic was between the program's own sockets and did not cross the
 * link.
 */
bool summary_loopback_most(const struct summary *s);

/*
 * Returns in words why something was sent again, such as "fast retransmit"; or NULL if @why is not
 * a retransmission.
 */
const char *summary_retx_words(unsigned why);

#endif
