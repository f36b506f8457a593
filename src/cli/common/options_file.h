/*
 * cli/common/options_file.h - a command's options from a file: YAML, with the options' names as
 * keys. It does not know what an option does.
 */
#ifndef CLI_COMMON_OPTIONS_FILE_H
#define CLI_COMMON_OPTIONS_FILE_H

#include "cli/common/options.h"

/* What was read: the values that options may point to. */
struct options_file;

/*
 * Reads @path, and sets what it says in @config: rows of @options, and of @more, which the file
 * alone has (NULL: none). A value is a scalar, or a list for an option that may be repeated; an
 * option without a value is true or false. Options with "line_only" are refused.
 *
 * Returns 0 and *@out, which the caller frees when @config is not used any more; or -1 after one
 * line on standard error that says what is wrong, and where. Then @config is to be thrown away.
 */
int options_file_read(const char *command, const char *path, const struct option *options,
    const struct option *more, void *config, struct options_file **out);

/* NULL: does nothing. */
void options_file_free(struct options_file *f);

#endif
