/*
 * get/output/name.c - makes strangers' names safe.
 */
#include "get/output/name.h"

#include "http/semantics/disposition.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME_MOST = 255 }; /* of Linux's file systems */

/* A copy of @s, with "_" in the place of a first dot and of control octets. */
static char *
safe_copy(struct http_span s)
{
	char *name = strndup(s.len > 0 ? s.at : "", s.len < NAME_MOST ? s.len : NAME_MOST);

	if (!name)
		return NULL;
	if (*name == '.')
		*name = '_';
	for (char *c = name; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '/')
			*c = '_';
	}
	return name;
}

char *
output_name_of_path(struct http_span path)
{
	size_t from = path.len;

	while (from > 0 && path.at[from - 1] != '/')
		from--;
	return safe_copy((struct http_span){path.at + from, path.len - from});
}

char *
output_name_of_server(struct http_span name)
{
	if (!http_safe_name(&name))
		name.len = 0;
	return safe_copy(name);
}

char *
output_path(const char *folder, const char *name)
{
	char *path;

	if (!folder)
		return strdup(name);
	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}
