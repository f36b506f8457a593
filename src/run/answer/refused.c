/*
 * run/answer/refused.c - refuses calls as a whole: io_uring, which would bypass the filter, and
 * calls of another calling convention than the machine's own (32-bit programs, x32), which Leat
 * does not have.
 */
#include "run/answer/answer.h"
#include "run/socket/missing.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { X32_BIT = 0x40000000 };

long
call_io_uring(struct call *c)
{
	missing_report(c->recs, "io_uring");
	return -ENOSYS;
}

bool
call_is_other_abi(const struct call *c)
{
	return c->arch != seccomp_arch_native() || (c->arch == SCMP_ARCH_X86_64 && (c->nr & X32_BIT));
}

/*
 * Returns true for exit(2) and exit_group(2). Without them a program would run on after the call.
 */
static bool
ends(const struct call *c)
{
	uint32_t arch = c->nr & X32_BIT && c->arch == SCMP_ARCH_X86_64 ? SCMP_ARCH_X32 : c->arch;
	char *name = seccomp_syscall_resolve_num_arch(arch, c->nr);
	bool is_end = name && (strcmp(name, "exit") == 0 || strcmp(name, "exit_group") == 0);

	free(name);
	return is_end;
}

long
call_other_abi(struct call *c)
{
	char comm[CALLER_COMM], text[sizeof c->recs->missing.names[0]];

	if (ends(c))
		return CALL_CONTINUE;
	caller_name(&c->caller, comm);
	snprintf(text, sizeof text, "%s system calls (%s)",
	    c->arch == seccomp_arch_native() ? "x32" : "32-bit", comm);
	missing_report(c->recs, text);
	return -ENOSYS;
}
