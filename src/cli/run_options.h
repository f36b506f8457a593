/*
 * cli/run_options.h - the options of `leat run`: parsed, checked and printed.
 */
#ifndef CLI_RUN_OPTIONS_H
#define CLI_RUN_OPTIONS_H

#include "cli/common/options.h"
#include "cli/report/capture.h"
#include "run/run.h"

#include <stdio.h>

enum { RUN_PUBLISH_MAX = 64 };

struct run_options {
	struct run_config config; /* config.publish points to publish */
	struct run_publish publish[RUN_PUBLISH_MAX];
	const char *capture[CAPTURES], *json; /* file names, or NULL */
	bool trace, quiet, seed_given, net4_given, net6_given;
};

extern const struct option run_option_rows[];

/* Sets the defaults of @run_options, a struct run_options of zeros. */
void run_options_default(void *run_options);

/*
 * Checks the options together and stores @argv, the program and its arguments, which it borrows.
 * Returns 0, or -1 after one line on standard error.
 */
int run_options_check(struct run_options *o, char **argv);

/*
 * Chooses what the user did not: a seed, and a network that the host does not use itself. Returns
 * 0, or -1 after one line on standard error.
 */
int run_options_settle(struct run_options *o);

/* Choose the addresses inside the run from the /24 or /64 that the argument belongs to. */
void run_net_set4(struct run_net *net, uint32_t number);
void run_net_set6(struct run_net *net, const struct ipaddr *prefix);

/* Returns true if an option makes the link do anything to frames. */
bool run_options_impair(const struct run_options *o);

/*
 * Prints the settings in force in one line: "leat: RTT 20ms; each direction delay 10ms, loss 0.5%;
 * mtu 1500, seed 7".
 */
void run_options_print(const struct run_options *o, FILE *to);

#endif
