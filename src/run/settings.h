/*
 * run/settings.h - the options that the program has set on a socket, kept so that another socket of the stack can take its place: when it
 * connects anew after a failure, or leaves the loopback address it was bound to.
 */
#ifndef RUN_SETTINGS_H
#define RUN_SETTINGS_H

#include "run/desc.h"

/* Not kept without memory: then the option stays behind, as rarely as that is. */
void settings_note(struct desc *d, int level, int name, const void *value, size_t len);

/* Set on @sk what @d was given. */
void settings_apply(const struct desc *d, struct sock *sk);

void settings_forget(struct desc *d);

#endif
