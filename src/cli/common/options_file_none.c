/*
 * cli/common/options_file_none.c - stands where options_file.c does in a build without libyaml.
 */
#include "cli/common/error.h"
#include "cli/common/options_file.h"

int
options_file_read(const char *command, const char *path, const struct option *options,
    const struct option *more, void *config, struct options_file **out)
{
	error_line(command, "%s: cannot be read, since this build of leat has no libyaml", path);
	return -1;
}

void
options_file_free(struct options_file *f)
{
}
