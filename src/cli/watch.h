/*
 * cli/watch.h - everything that watches a run, behind one sink: the connections' records, the
 * ladder, the capture, and at the end the summary.
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
	struct capture *captures[CAPTURES]; /* NULL = none asked for */
	struct file *files[CAPTURES];       /* theirs */
	struct file *json;                  /* NULL = none asked for */
	int ladder_error;                   /* the first that writing the ladder met */
	nsec_t begin;
	const struct run_parts *parts;
};

/* Opens the files that @options name, before anything runs. 0; or -1 after one line on stderr. */
int watch_init(struct watch *w, const struct run_options *options);

/* The hooks through which run/ tells this watch what happens. */
struct run_hooks watch_hooks(struct watch *w);

#endif
