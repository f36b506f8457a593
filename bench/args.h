/*
 * bench/args.h - words of a benchmark's command line, `--name number`, and their way into its line of JSON.
 */
#ifndef BENCH_ARGS_H
#define BENCH_ARGS_H

#include <stdint.h>

struct bench_arg {
	const char *name; /* NULL ends the list */
	double value;     /* the default, then what the command line said */
};

/* An unknown name, or no number behind it, ends the program with 2 and a word. */
void args_read(struct bench_arg *args, int argc, char **argv);

/* The beginning of the line: {"bench": NAME, "params": {...} */
void args_print(const char *bench, const struct bench_arg *args);

/* Nanoseconds of processor time that this program has had: what it costs, whoever else wants the machine meanwhile. */
int64_t args_cpu_time(void);

#endif
