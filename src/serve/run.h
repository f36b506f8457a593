/*
 * serve/run.h - the web server as the service of worker processes.
 */
#ifndef SERVE_RUN_H
#define SERVE_RUN_H

#include "serve/process/process.h"
#include "serve/serve.h"

/* The settings of a plan (struct process_plan). */
struct serve_run {
	struct serve_settings serve;
	char address[ENDPOINT_TEXT]; /* for serve.address */
	/*
	 * A worker could not begin: @error is a negative errno. Prints what is wrong and returns
	 * the exit status.
	 */
	int (*failed)(const struct serve_run *r, enum serve_part part, int error);
	/* The log could not be opened again. */
	void (*log_failed)(const struct serve_run *r, int error);
};

extern const struct process_service serve_service;

#endif
