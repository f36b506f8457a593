/*
 * serve/readme/names.c - which names a file has that tells what a folder is for.
 */
#include "serve/readme/readme.h"

#include <strings.h>

static const struct {
	const char *name;
	unsigned rank, rank_chinese;
} names[] = {
    {"README.zh-CN.md", 1, 6},
    {"README.zh_CN.md", 1, 6},
    {"README.zh.md", 1, 6},
    {"README_zh.md", 1, 6},
    {"README.md", 5, 5},
    {"README.markdown", 4, 4},
    {"README.txt", 3, 3},
    {"README", 2, 2},
};

unsigned
readme_rank(const char *name, bool chinese)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcasecmp(name, names[i].name) == 0)
			return chinese ? names[i].rank_chinese : names[i].rank;
	}
	return 0;
}
