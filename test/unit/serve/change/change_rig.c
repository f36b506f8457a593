/*
 * test/unit/serve/change/change_rig.c - places, and what is in the served folder.
 */
#include "serve/change/change_rig.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

void
rig_place(const struct folder_rig *r, const char *path, const char *name, struct change_place *place)
{
	assert_int_equal(
	    change_place_open(place, r->site, http_span_of(path), http_span_of(name)), CHANGE_NONE);
}

struct change_there
rig_there(const struct folder_rig *r, const char *name)
{
	struct change_place place;
	struct change_there there;

	rig_place(r, "", name, &place);
	assert_int_equal(change_look(&place, place.folder, &there), CHANGE_NONE);
	change_place_close(&place);
	return there;
}

const char *
rig_names(const struct folder_rig *r)
{
	static char names[1024];
	struct dirent **entry;
	int n = scandir(r->served, &entry, NULL, alphasort);

	assert_true(n >= 2);
	names[0] = '\0';
	for (int i = 0; i < n; i++) {
		if (strcmp(entry[i]->d_name, ".") != 0 && strcmp(entry[i]->d_name, "..") != 0) {
			strcat(names, entry[i]->d_name);
			strcat(names, " ");
		}
		free(entry[i]);
	}
	free(entry);
	return names;
}
