/*
 * cli/doctor.h - what this machine allows, found by trying each call rather than by reading
 * versions: containers, hardening and old kernels all answer for themselves.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stddef.h>

enum finding {
	FOUND_OK,
	FOUND_WORSE,   /* missing, but there is a way around it */
	FOUND_FATAL,   /* missing, and `leat run` cannot work */
	FOUND_OPTIONAL /* missing, and only something else needs it */
};

struct check {
	const char *name;           /* "pidfd_getfd (Linux 5.6)" */
	const char *why;            /* what it is for */
	enum finding lack;          /* what its absence means */
	const char *cure;           /* what to do about it, or what is done instead */
	int (*try)(void);           /* 0: it works; else an errno */
	const char *(*found)(void); /* what there is, where that is more than a yes or no; or NULL */
};

extern const struct check doctor_checks[]; /* ends with a row without a name */

#endif
