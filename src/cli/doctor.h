/*
 * cli/doctor.h - the checks of `leat doctor`. Each tries a call instead of reading a version,
 * because containers, hardening and old kernels all differ in what they allow.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stddef.h>

enum finding {
	FOUND_OK,
	FOUND_WORSE,   /* missing, but leat run does without it */
	FOUND_FATAL,   /* missing, and leat run cannot work */
	FOUND_OPTIONAL /* missing, but leat run does not need it */
};

struct check {
	const char *name;           /* "pidfd_getfd (Linux 5.6)" */
	const char *why;            /* what it is for */
	enum finding lack;          /* what it means if it is missing */
	const char *cure;           /* what to do about it, or what leat run does instead */
	int (*try)(void);           /* 0 if it works, otherwise an errno */
	const char *(*found)(void); /* describes what there is, if that is more than yes or no; or NULL */
};

extern const struct check doctor_checks[]; /* ends with a row without a name */

#endif
