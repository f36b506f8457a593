/*
 * bench/args.c - reads options of the form `--name NUMBER`, and prints them and the result as one
 * line of JSON. It does not know what an option means.
 */
#include "args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct bench_arg *
find(struct bench_arg *args, const char *word)
{
	if (strncmp(word, "--", 2) != 0)
		return NULL;
	for (struct bench_arg *a = args; a->name; a++)
		if (strcmp(a->name, word + 2) == 0)
			return a;
	return NULL;
}

void
args_read(struct bench_arg *args, int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		struct bench_arg *a = find(args, argv[i]);
		char *end = NULL;

		if (!a) {
			fprintf(stderr, "%s: no option '%s'\n", argv[0], argv[i]);
			exit(2);
		}
		if (i + 1 < argc)
			a->value = strtod(argv[i + 1], &end);
		if (i + 1 == argc || end == argv[i + 1] || *end) {
			fprintf(stderr, "%s: %s needs a number\n", argv[0], argv[i]);
			exit(2);
		}
	}
}

void
args_print(const char *bench, const struct bench_arg *args)
{
	printf("{\"bench\": \"%s\", \"params\": {", bench);
	for (const struct bench_arg *a = args; a->name; a++)
		printf("%s\"%s\": %.10g", a == args ? "" : ", ", a->name, a->value);
	printf("}");
}

int64_t
args_cpu_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}
