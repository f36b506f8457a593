/*
 * cli/watch.h - what observes a run: the records of connections, the ladder, the captures, and the
 * summary at the end. One sink feeds them all.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "cli/report/capture.h"
#include "cli/report/conns.h"
#include "cli/report/trace.h"
#include "cli/run_options.h"
#include "core/event.h"

struct watch {
	struct sink sink;
	const struct run_options *options;
	struct conns conns;
	struct trace trace;
	struct capture *captures[CAPTURES]; /* NULL: not asked for */
	struct file *files[CAPTURES];       /* the files of the captures */
	struct file *json;                  /* NULL: not asked for */
	int ladder_error;                   /* the first error of writing the ladder, negated */
	nsec_t begin;
	const struct run_parts *parts;
};

/* Opens the files that @options name. Returns 0, or -1 after one line on standard error. */
int watch_init(struct watch *w, const struct run_options *options);

/* Returns the hooks through which run/ reports to @w. */
struct run_hooks watch_hooks(struct watch *w);

#endif
