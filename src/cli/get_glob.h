/*
 * cli/get_glob.h - URLs that stand for several, as curl writes them: "{one,two}", "[1-100]",
 * "[001-100:10]" and "[a-z]".
 */
#ifndef CLI_GET_GLOB_H
#define CLI_GET_GLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GLOB_SETS = 10 };
/* URLs for which one may stand. */
#define GLOB_MOST 1000000

/* A list or a range. */
struct glob_set {
	size_t begin, end;          /* its place in the text, brackets included */
	uint64_t from, step, count; /* of a range: its values, or a letter's */
	unsigned width;             /* of a number with zeros before it */
	bool list, letters;
};

struct glob {
	const char *text;
	struct glob_set set[GLOB_SETS];
	unsigned sets;
	uint64_t count; /* of URLs */
};

/* Reads @text, which is borrowed. Returns NULL, or what is wrong with it, as static text. */
const char *glob_read(struct glob *g, const char *text);

/* Returns the @i-th URL, which the caller frees; or NULL. The last set changes first. */
char *glob_url(const struct glob *g, uint64_t i);

/* Returns @name with the value of set N for each "#N", which the caller frees; or NULL. */
char *glob_name(const struct glob *g, uint64_t i, const char *name);

#endif
