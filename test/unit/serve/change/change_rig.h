/*
 * test/unit/serve/change/change_rig.h - what the tests of changes share: places in the served
 * folder, and what is in it.
 */
#ifndef TEST_CHANGE_RIG_H
#define TEST_CHANGE_RIG_H

#include "serve/change/change.h"
#include "serve/site/folder_rig.h"

/* Opens a place in the folder @path of the served one; it is there. */
void rig_place(const struct folder_rig *r, const char *path, const char *name, struct change_place *place);

/* What is there. */
struct change_there rig_there(const struct folder_rig *r, const char *name);

/* The names in the served folder, hidden ones too, sorted, with a blank after each. */
const char *rig_names(const struct folder_rig *r);

#endif
