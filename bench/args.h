/*
 * bench/args.h - the options of a benchmark, `--name NUMBER`, and their part of its line of JSON.
 */
#ifndef BENCH_ARGS_H
#define BENCH_ARGS_H

#include <stdint.h>

struct bench_arg {
	const char *name; /* NULL ends the list */
	double value;     /* the default, then the value from the command line */
};

/*
 * Reads the options. An unknown name, or a missing number, ends the program with a message and
 * status 2.
 */
void args_read(struct bench_arg *args, int argc, char **argv);

/* Prints the beginning of the line: {"bench": NAME, "params": {...} */
void args_print(const char *bench, const struct bench_arg *args);

/*
 * Returns the processor time of this program in nanoseconds. Other programs on the machine do not
 * change it.
 */
int64_t args_cpu_time(void);

#endif
