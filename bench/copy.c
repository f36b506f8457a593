/*
 * bench/copy.c - the time of two memcpy of the same octets on this machine: the lower limit of a
 * transfer whose sender writes and whose receiver copies out.
 *
 *   copy [--window OCTETS] [--seconds S]
 *
 * The first copy goes into a ring of @window octets, as into a send buffer. The second copies out
 * of it, as a receiver does.
 */
#include "args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 65536 };

int
main(int argc, char **argv)
{
	struct bench_arg args[] = {{"window", 65536}, {"seconds", 1}, {NULL, 0}};
	static char out[CHUNK], in[CHUNK];
	uint64_t octets = 0;
	size_t ring, at = 0;
	int64_t start, time;
	char *mem;

	args_read(args, argc, argv);
	ring = args[0].value > CHUNK ? (size_t)args[0].value / CHUNK * CHUNK : CHUNK;
	mem = calloc(1, ring);
	if (!mem)
		return 1;
	start = args_cpu_time();
	do {
		for (unsigned i = 0; i < 64; i++) {
			memcpy(mem + at, out, CHUNK);
			memcpy(in, mem + (at + CHUNK) % ring, CHUNK); /* the oldest */
			__asm__ volatile("" : : "r"(in), "r"(mem) : "memory");
			at = (at + CHUNK) % ring;
		}
		octets += 64 * CHUNK;
		time = args_cpu_time() - start;
	} while (time < (int64_t)(args[1].value * 1e9));
	args_print("copy", args);
	printf(", \"bytes\": %llu, \"seconds\": %.6f, \"gbit\": %.3f}\n", (unsigned long long)octets,
	    (double)time / 1e9, (double)octets * 8 / (double)time);
	free(mem);
	return 0;
}
